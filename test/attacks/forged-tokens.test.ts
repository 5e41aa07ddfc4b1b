// access tokens that are not ours, or not for this. All refused, and no request leaves the process.
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { client, ISSUER, OOB_GRANT, RECOVERY_GRANT } from '../support/app.js';
import { corpus, type Genuine, openForge, ours, read } from './forgery.js';

const INVALID = {
  error: 'invalid_grant',
  error_description: 'The mfa_token provided is invalid. Try getting a new token.',
};

let genuine: Genuine;
beforeAll(async () => {
  genuine = await openForge();
});

/** Every place that takes a token, each by name. */
function places(token: string) {
  const c = client(genuine.w.app);
  const grant = { mfa_token: token, oob_code: genuine.oob, binding_code: '000000' };
  return {
    'GET /mfa/authenticators': c.list(token),
    'POST /mfa/associate otp': c.associate(token, { authenticator_types: ['otp'] }),
    'POST /mfa/associate oob': c.associate(token, {
      authenticator_types: ['oob'],
      oob_channels: ['sms'],
      phone_number: '+15555550123',
    }),
    'DELETE /mfa/authenticators': c.remove(token, 'totp|dev_AAAAAAAAAAAAAAAA'),
    'POST /mfa/challenge': c.challenge({ mfa_token: token }),
    'mfa-otp': c.otp(token, '000000'),
    'mfa-oob': c.token({ grant_type: OOB_GRANT, ...grant }),
    'mfa-recovery-code': c.token({
      grant_type: RECOVERY_GRANT,
      mfa_token: token,
      recovery_code: 'A'.repeat(24),
    }),
  };
}

describe('R-090, R-091: of the forged', () => {
  test('there are at least sixty, no two alike', async () => {
    expect(corpus.length).toBeGreaterThanOrEqual(100);
    expect(new Set(corpus.map(([name]) => name)).size).toBe(corpus.length);
    const tokens = new Map<string, string>();
    for (const [name, forge] of corpus) {
      const token = await forge();
      expect([name, tokens.get(token)]).toEqual([name, undefined]);
      tokens.set(token, name);
    }
  });

  test.each(corpus)('R-090, R-091, B24: %s is refused everywhere', async (_, forge) => {
    const token = await forge();
    const before = genuine.w.messages.length;
    for (const [place, request] of Object.entries(places(token))) {
      const answer = await request;
      expect(answer.headers['www-authenticate']).toBeUndefined();
      if (place.includes('/mfa/a'))
        expect([place, answer.status, answer.body]).toEqual([place, 401, INVALID]);
      else expect([place, answer.body]).toEqual([place, refusal(answer.body.error)]);
      expect([place, answer.status]).toEqual([
        place,
        expect.toSatisfy((it) => [400, 401, 403].includes(it)),
      ]);
    }
    expect(genuine.w.messages.length).toBe(before);
  });

  test('R-090: and what is ours, unchanged, is accepted (the corpus is refused for its own reasons)', async () => {
    for (const token of [genuine.token, await ours({})]) {
      await client(genuine.w.app).list(token).expect(200);
    }
    const exp = Math.floor(genuine.w.clock.now() / 1000) - 29;
    await client(genuine.w.app)
      .list(await ours({ exp }))
      .expect(200);
    const { aud } = read(1);
    await client(genuine.w.app)
      .list(await ours({ aud: [aud, 'https://elsewhere.example/'].flat() }))
      .expect(200);
  });

  test('R-090: nothing is fetched for any of them', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    for (const [, forge] of corpus) await places(await forge())['GET /mfa/authenticators'];
    expect(fetched).not.toHaveBeenCalled();
    fetched.mockRestore();
  });
});

const refusal = (error: string) => ({
  error: expect.stringMatching(/^(invalid_grant|invalid_request|expired_token)$/),
  error_description: expect.any(String),
  ...(error === undefined && { missing: true }),
});

/** Which of our own tokens works where: everything else is a confusion of types or audiences. */
describe('R-091, R-093: the matrix of tokens and places', () => {
  const kinds = ['mfa', 'token', 'id', 'api', 'oob'] as const;
  const good: Readonly<Record<string, readonly (typeof kinds)[number][]>> = {
    'GET /mfa/authenticators': ['mfa', 'token'],
    // The user has an authenticator: a password alone enrolls no second one.
    'POST /mfa/associate otp': ['token'],
    'POST /mfa/associate oob': ['token'],
    'DELETE /mfa/authenticators': ['token'],
    'POST /mfa/challenge': ['mfa'],
    'mfa-otp': ['mfa', 'token'],
    'mfa-oob': [],
    // An access token confirms what it started, and nothing else.
    'mfa-recovery-code': ['mfa'],
  };

  test.each(kinds)('R-091, R-093: %s', async (kind) => {
    for (const [place, request] of Object.entries(places(genuine[kind]))) {
      const { status, body } = await request;
      const taken = tookIt(status, body);
      expect([kind, place, taken, body]).toEqual([kind, place, good[place]?.includes(kind), body]);
    }
  });

  test("R-091: a token for the MFA API names its audience, so that the app's API can refuse it", () => {
    expect([read(1).aud].flat()).not.toContain('https://api.example.com/');
    expect([read(1).aud].flat()).toContain(`${ISSUER}mfa/`);
    expect([read(1, genuine.api).aud].flat()).not.toContain(`${ISSUER}mfa/`);
  });
});

/** The token was good: what was refused, if anything, was the rest of the request. */
const tookIt = (status: number, body: { error?: string; error_description?: string }): boolean =>
  status < 300 ||
  status === 404 ||
  status === 429 ||
  /^Invalid otp_code|MFA Authorization rejected/.test(body.error_description ?? '');
