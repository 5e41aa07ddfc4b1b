// Every SDK's requests against a real server, enroll to delete, and every answer through every SDK's decoder.
import { describe, expect, test } from 'vitest';
import { type Answer, complaints } from './decode.js';
import { sdks } from './decoders.js';
import { type Dialect, dialects, type Sent } from './dialects.js';
import type { Kind } from './habits.js';
import { type SdkServer, sdkServer } from './server.js';

/** What the flow reads of the answers; the decoders judge the rest. */
interface Body {
  readonly id: string;
  readonly type: string;
  readonly mfa_token: string;
  readonly mfa_requirements: { readonly challenge: readonly { readonly type: string }[] };
  readonly oob_code: string;
  readonly secret: string;
  readonly recovery_codes: readonly string[];
  readonly access_token: string;
  readonly id_token: string;
}

async function send(server: SdkServer, { path, ...init }: Sent) {
  const response = await fetch(server.url + path, init);
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** A conversation in which every answer is checked. */
function converse(server: SdkServer, sdk: Dialect) {
  async function ask<T = Body>(sent: Sent, status: number, answer?: Answer): Promise<T> {
    const got = await send(server, sent);
    expect({ status: got.status, body: got.body }).toEqual({ status, body: got.body });
    const type = status === 204 ? null : 'application/json; charset=utf-8';
    expect(got.headers.get('content-type')).toBe(type);
    expect(got.headers.get('www-authenticate')).toBeNull();
    const origin = sent.headers['Origin'] ?? null;
    expect(got.headers.get('access-control-allow-origin')).toBe(origin);
    if (answer) expect(complaints(sdks, answer, got.body)).toEqual([]);
    return got.body;
  }
  const list = async (token: string) => {
    const items = await ask<Body[]>(sdk.list(token), 200);
    for (const item of items) expect(complaints(sdks, 'list item', item)).toEqual([]);
    return items;
  };
  /** Sends the code, or with status 403 one that differs in its last digit. */
  const prove = (kind: Kind, mfaToken: string, started: Body, status: 200 | 403 = 200) => {
    const code = kind === 'otp' ? server.otp(started.secret) : server.code();
    const sentCode = status === 200 ? code : code.replace(/.$/, (digit) => `${9 - Number(digit)}`);
    const sent =
      kind === 'otp'
        ? sdk.byOtp(mfaToken, sentCode)
        : sdk.byOob(mfaToken, started.oob_code, sentCode);
    return ask(sent, status, status === 200 ? 'tokens' : 'error');
  };
  const challenge = async (kind: Kind, mfaToken: string, started: Body) => {
    if (kind === 'otp') return started;
    const asked = await ask(sdk.challenge(mfaToken, started.id), 200, 'oob challenge');
    return { ...started, oob_code: asked.oob_code };
  };
  const login = (more = {}) => ask(sdk.login(more), 403, 'mfa_required');
  return { ask, list, prove, challenge, login };
}

const destinations = {
  otp: '',
  sms: '+15555550123',
  voice: '+15555550123',
  email: 'a@example.org',
};

describe.each(dialects)('%s', (_name, sdk) => {
  test.each(sdk.kinds)('%s: enroll, confirm, log in, recover, delete', async (kind) => {
    const server = await sdkServer();
    const { ask, list, prove, challenge, login } = converse(server, sdk);
    const first = await login();
    expect(await list(first.mfa_token)).toEqual([]);
    const associate = sdk.associate(first.mfa_token, kind, destinations[kind]);
    const answer = kind === 'otp' ? 'otp enrollment' : 'oob enrollment';
    const enrolled = await ask(associate, 200, answer);
    expect(await prove(kind, first.mfa_token, enrolled, 403)).toEqual({
      error: 'invalid_grant',
      error_description: kind === 'otp' ? 'Invalid otp_code.' : 'Invalid binding_code.',
    });
    const tokens = await prove(kind, first.mfa_token, enrolled);
    expect(tokens.id_token).toEqual(expect.any(String));

    server.skip(30);
    const second = await login();
    const types = second.mfa_requirements.challenge.map(({ type }) => type);
    const items = await list(second.mfa_token);
    // SDKs show what is of a type that is asked for.
    const mine = items.find(({ id, type }) => id === enrolled.id && types.includes(type));
    expect(mine).toMatchObject({ active: true });
    const asked = await challenge(kind, second.mfa_token, enrolled);
    await prove(kind, second.mfa_token, asked);

    const third = await login();
    const recover = sdk.byRecovery(third.mfa_token, enrolled.recovery_codes[0] ?? '');
    expect(await ask(recover, 200, 'tokens')).toMatchObject({
      recovery_code: expect.stringMatching(/^[A-Z0-9]{24}$/),
    });
    if (!sdk.removes) return;

    server.skip(30);
    const scope = 'openid enroll read:authenticators remove:authenticators';
    const fourth = await login({ audience: `${server.issuer}mfa/`, scope });
    const again = await challenge(kind, fourth.mfa_token, enrolled);
    const { access_token: token } = await prove(kind, fourth.mfa_token, again);
    expect(await list(token)).toHaveLength(items.length);
    // The last one stays (security.md R-055), so there is another one first.
    const spare = kind === 'otp' ? 'email' : 'otp';
    const next = await ask(sdk.associate(token, spare, destinations[spare]), 200);
    await prove(spare, token, next);
    expect(await ask(sdk.remove(token, enrolled.id), 204)).toBeUndefined();
    expect((await list(token)).filter(({ type }) => type === mine?.type)).toEqual([]);
  });
});

const exact = dialects.filter(([, { challenges }]) => !challenges);

test.each(exact)('%s: an otp challenge sends nothing', async (_name, sdk) => {
  const server = await sdkServer();
  const { ask, prove, login } = converse(server, sdk);
  const { mfa_token: first } = await login();
  const enrolled = await ask(sdk.associate(first, 'otp', ''), 200, 'otp enrollment');
  await prove('otp', first, enrolled);
  server.skip(30);
  const { mfa_token: second } = await login();
  await ask(sdk.challenge(second, enrolled.id), 200, 'otp challenge');
  expect(server.messages).toEqual([]);
  await prove('otp', second, enrolled);
});
