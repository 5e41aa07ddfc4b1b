// what proved the first factor is not the second one as well, whatever way it is asked.
import type { User } from 'express-mfa';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { PHONE, SMS, testHost, testUsers } from '../support/app.js';
import { mfaToken, spareApp, totp, type World, world } from '../support/attack.js';

const OTHER = '+15555550155';
const EMAIL = { authenticator_types: ['oob'], oob_channels: ['email'], email: 'x@example.com' };
const EMAILED = { username: 'ann@example.com', password: 'link' };
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

type First = User['firstFactor'];

/** Ann logs in by her password, or by a link or code that the host sent. */
const host = (first: First) => {
  const { users, ...rest } = testHost();
  const authenticate = (username: string, password: string) =>
    password === 'link'
      ? { ...(testUsers[0] as User), firstFactor: first }
      : users.authenticate(username, password);
  return { ...rest, users: { ...users, authenticate } };
};

/** With one authenticator: the mailbox, or the phone. */
async function enrolled(first: First, body: object): Promise<World> {
  const w = await world(host(first));
  const token = await mfaToken(w);
  const started = (
    await w
      .at(0)
      .associate(token, body as never)
      .expect(200)
  ).body;
  await w.at(0).oob(token, started.oob_code, w.code()).expect(200);
  w.clock.advance(60);
  return w;
}

const types = (body: { mfa_requirements: { challenge: { type: string }[] } }) =>
  body.mfa_requirements.challenge.map(({ type }) => type);

describe('a login by a link that was sent by e-mail', () => {
  test('R-002: is not offered the mailbox, and not asked by it, named or not', async () => {
    const w = await enrolled({ amr: ['email'] }, EMAIL);
    await spareApp(w);
    const { body } = await w.at(0).login(EMAILED).expect(403);
    expect(types(body)).toEqual(['otp', 'recovery-code']);
    const token = body.mfa_token as string;
    const list = (await w.at(0).list(token).expect(200)).body as { id: string; type: string }[];
    const id = list.find(({ type }) => type === 'email')?.id;
    const sent = w.messages.length;
    const named = await w.at(0).challenge({ mfa_token: token, authenticator_id: id });
    expect(named.body.error).toBe('invalid_authenticator');
    const asked = await w.at(0).challenge({ mfa_token: token, challenge_type: 'oob' });
    expect(asked.body.error).toBe('unsupported_challenge_type');
    expect(w.messages).toHaveLength(sent);
    const tokens = await w.at(0).otp(token, totp(SECRET, w.clock.now())).expect(200);
    expect(decodeJwt(tokens.body.access_token)['amr']).toEqual(['email', 'otp', 'mfa']);
  });

  test('R-002: takes no code that went to the mailbox for a login by password', async () => {
    const w = await enrolled({ amr: ['email'] }, EMAIL);
    const byPassword = await mfaToken(w);
    const asked = (await w.at(0).challenge({ mfa_token: byPassword }).expect(200)).body;
    const byLink = await mfaToken(w, EMAILED);
    const answer = await w.at(0).oob(byLink, asked.oob_code, w.code());
    expect([answer.status, answer.body.access_token]).toEqual([400, undefined]);
    await w.at(0).oob(byPassword, asked.oob_code, w.code()).expect(200);
  });

  test('R-002: of a user who has nothing else is not waved through either', async () => {
    const w = await enrolled({ amr: ['email'] }, EMAIL);
    const { body } = await w.at(0).login(EMAILED).expect(403);
    expect([body.error, types(body)]).toEqual(['mfa_required', ['recovery-code']]);
  });

  test('R-002: enrolls no mailbox as the first authenticator', async () => {
    const w = await world(host({ amr: ['email'] }));
    const token = await mfaToken(w, EMAILED);
    expect((await w.at(0).associate(token, EMAIL)).body.error).toBe('access_denied');
    await w.at(0).associate(token, SMS).expect(200);
  });

  test('R-105: gives tokens that say so', async () => {
    const w = await world({ ...host({ amr: ['email'] }), policy: () => 'none' });
    const { access_token: token } = (await w.at(0).login(EMAILED).expect(200)).body;
    expect(decodeJwt(token)['amr']).toEqual(['email']);
  });
});

describe('a login by a code in a text message', () => {
  test.each([
    ['sms', SMS],
    ['voice', { ...SMS, oob_channels: ['voice'] }],
  ])('R-002: is not asked by %s at the same number', async (channel, body) => {
    const w = await enrolled({ amr: ['sms'], phoneNumber: PHONE }, body);
    const token = await mfaToken(w, EMAILED);
    const asked = await w.at(0).challenge({ mfa_token: token, oob_channel: channel });
    expect(asked.body.error).toBe('unsupported_challenge_type');
  });

  test('R-002: is asked at another number', async () => {
    const w = await enrolled({ amr: ['sms'], phoneNumber: OTHER }, SMS);
    const { body } = await w.at(0).login(EMAILED).expect(403);
    expect(types(body)).toContain('phone');
    const asked = await w.at(0).challenge({ mfa_token: body.mfa_token }).expect(200);
    await w.at(0).oob(body.mfa_token, asked.body.oob_code, w.code()).expect(200);
  });

  test('R-002: whose number the host does not tell is asked at none', async () => {
    const w = await enrolled({ amr: ['sms'] }, SMS);
    const token = await mfaToken(w, EMAILED);
    const asked = await w.at(0).challenge({ mfa_token: token });
    expect(asked.body.error).toBe('unsupported_challenge_type');
  });

  test('R-002: does not enroll the number that it went to, but another one', async () => {
    const w = await world(host({ amr: ['sms'], phoneNumber: PHONE }));
    const token = await mfaToken(w, EMAILED);
    expect((await w.at(0).associate(token, SMS)).body.error).toBe('access_denied');
    await w
      .at(0)
      .associate(token, { ...SMS, phone_number: OTHER })
      .expect(200);
  });
});

test('R-002: a login by a code of the authenticator app takes no other code of it', async () => {
  const w = await enrolled({ amr: ['otp'] }, SMS);
  await spareApp(w);
  const token = await mfaToken(w, EMAILED);
  const answer = await w.at(0).otp(token, totp(SECRET, w.clock.now()));
  expect([answer.status, answer.body.error]).toEqual([401, 'unsupported_challenge_type']);
  const byPassword = await mfaToken(w);
  await w.at(0).otp(byPassword, totp(SECRET, w.clock.now())).expect(200);
});

test.each([
  { amr: [] },
  { amr: 'email' },
  { amr: [1] },
  { amr: ['email', 'mfa'] },
  { amr: ['sms'], phoneNumber: '0155 5550123' },
])('R-010: a first factor that is none, %j, lets nobody in', async (first) => {
  const w = await world(host(first as never));
  const answer = await w.at(0).login(EMAILED);
  expect([answer.status, answer.body.error]).toEqual([500, 'server_error']);
});
