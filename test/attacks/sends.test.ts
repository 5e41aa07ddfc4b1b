import { describe, expect, test } from 'vitest';
import { enrollPhone, PHONE, SMS } from '../support/app.js';
import {
  associated,
  challenged,
  copies,
  manyUsers,
  mfaAccessToken,
  mfaToken,
  retryAfter,
  tally,
  type World,
  world,
} from '../support/attack.js';
import { storeKinds } from '../support/store-kinds.js';

const user = (i: number) => ({ username: `user${i}@example.com` });

/** The next message of this kind is refused with 429 until the wait is over, to the second. */
async function cooldown(w: World, ask: () => ReturnType<ReturnType<World['at']>['associate']>) {
  const before = w.messages.length;
  const refused = await ask();
  expect([refused.status, refused.body.error]).toEqual([429, 'too_many_attempts']);
  const wait = retryAfter(refused);
  w.clock.advance(wait - 1);
  expect(retryAfter(await ask())).toBe(1);
  expect(w.messages.length).toBe(before);
  w.clock.advance(1);
  await ask().expect(200);
  expect(w.messages.length).toBe(before + 1);
  return wait;
}

describe.each(storeKinds)('on %s', (_, makeStores) => {
  test('D11: 40 users who give the same number at once get three messages sent to it, and it is no way around to spell it otherwise', async () => {
    const w = await world({ makeStores, slow: 2, seedUsers: manyUsers(40) });
    const spellings = [PHONE, '+1 555 555 0123', '+1 (555) 555-0123', '+1.555.555.0123'];
    const tokens = await copies(40, (i) => mfaToken(w, user(i + 1)));
    const answers = await copies(40, (i) =>
      w.at(i).associate(tokens[i] as string, { ...SMS, phone_number: spellings[i % 4] }),
    );
    expect(tally(answers)).toEqual({ 200: 3, '429 too_many_attempts': 37 });
    expect(w.messages.map(({ to }) => to)).toEqual([PHONE, PHONE, PHONE]);
  });

  test('D11, R-024: ten messages to a number in 24 hours, six of them for enrollments of whomever, sms and voice', async () => {
    const w = await world({ makeStores, seedUsers: manyUsers(21) });
    await enrollPhone(w, { login: user(21) });
    w.clock.advance(601);
    let sent = 0;
    for (let i = 1; i <= 20; i++) {
      const channel = i % 2 ? 'sms' : 'voice';
      const answer = await w
        .at(i)
        .associate(await mfaToken(w, user(i)), { ...SMS, oob_channels: [channel] });
      if (answer.status === 200) sent++;
      w.clock.advance(601);
    }
    expect(sent).toBe(5);
    for (let i = 0; i < 6; i++) {
      const token = await mfaToken(w, user(21));
      const status = (await w.at(i).challenge({ mfa_token: token })).status;
      expect(status).toBe(i < 4 ? 200 : 429);
      w.clock.advance(601);
    }
    expect(w.messages).toHaveLength(10);
  });

  test('D11: five users may share a number, the sixth is refused without a message', async () => {
    const w = await world({ makeStores, seedUsers: manyUsers(6) });
    for (let i = 1; i <= 5; i++) {
      await enrollPhone(w, { login: user(i) });
      w.clock.advance(601);
    }
    const token = await mfaToken(w, user(6));
    expect((await w.at(1).associate(token, SMS)).status).toBe(403);
    expect(w.messages).toHaveLength(5);
  });
});

describe('D10: the wait between two messages of one login', () => {
  test('D10, R-042: holds for a challenge that is asked again', async () => {
    const w = await world();
    await enrollPhone(w);
    const { token } = await challenged(w);
    w.clock.advance(0);
    const wait = await cooldown(w, () => w.at(0).challenge({ mfa_token: token }));
    expect(wait).toBeGreaterThanOrEqual(27);
    expect(wait).toBeLessThanOrEqual(33);
  });

  test('D10, R-042: holds for voice after sms of the same phone', async () => {
    const w = await world();
    const { id } = await enrollPhone(w);
    const { token } = await challenged(w);
    const voice = id.replace('sms|', 'voice|');
    await cooldown(w, () => w.at(0).challenge({ mfa_token: token, authenticator_id: voice }));
  });

  test('D10, R-042: holds for an association that is repeated, with another number or channel too', async () => {
    const w = await world();
    const { token } = await associated(w);
    const bodies = [
      { ...SMS, phone_number: '+15555550199' },
      { ...SMS, oob_channels: ['voice'] },
      { authenticator_types: ['oob'], oob_channels: ['email'], email: 'x@example.com' },
    ];
    for (const body of bodies) expect((await w.at(0).associate(token, body)).status).toBe(429);
    await cooldown(w, () => w.at(0).associate(token, SMS));
  });

  test('D10, R-042: holds for an association with an access token, also after it was deleted', async () => {
    const w = await world();
    await enrollPhone(w);
    const access = await mfaAccessToken(w);
    const more = { ...SMS, phone_number: '+15555550155' };
    const { id } = (await w.at(0).associate(access, more).expect(200)).body;
    await w.at(0).remove(access, id).expect(204);
    await cooldown(w, () => w.at(0).associate(access, more));
  });

  test('D10: five messages are the most of one login', async () => {
    const w = await world();
    const token = await mfaToken(w);
    let sent = 0;
    for (let i = 0; i < 10; i++) {
      const phone = `+1555555017${i}`;
      const { status } = await w.at(0).associate(token, { ...SMS, phone_number: phone });
      if (status === 200) sent++;
      w.clock.advance(i < 5 ? 110 : 1);
    }
    expect(sent).toBeLessThanOrEqual(5);
  });
});

test('D10: ten messages in 24 hours are the most of one user, over logins, numbers and clients', async () => {
  const w = await world();
  let refused = 0;
  for (let i = 0; i < 20; i++) {
    const client = i % 2 ? 'other' : 'spa';
    const token = await mfaToken(w, {}, client);
    const answer = await w.at(0).associate(token, { ...SMS, phone_number: `+1555555${1000 + i}` });
    if (answer.status === 429) refused = Math.max(refused, retryAfter(answer));
    w.clock.advance(700);
  }
  expect(w.messages).toHaveLength(10);
  expect(refused).toBe(86_400 - 10 * 700);
});
