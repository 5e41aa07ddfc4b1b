// access tokens that are not ours, or not for this. All 401, and no request leaves the process.
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { exportJWK, importJWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { client, ISSUER, type TestApp, testApp, testKeys } from '../support/app.js';
import { enrollOtp, mfaAccessToken, mfaToken, totp } from '../support/attack.js';

const AUDIENCE = `${ISSUER}mfa/`;
const INVALID = {
  error: 'invalid_grant',
  error_description: 'The mfa_token provided is invalid. Try getting a new token.',
};

let w: TestApp;
let genuine: string;
let other: { id: string; api: string; jwt: string };

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const read = (index: number) =>
  JSON.parse(Buffer.from(genuine.split('.')[index] as string, 'base64url').toString());
const signature = () => genuine.split('.')[2] as string;

/** Signed by our own RS256 key, with these members changed. */
async function ours(claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}) {
  const key = await importJWK((await testKeys()).signing[0] as never, 'RS256');
  return new SignJWT({ ...read(1), ...claims })
    .setProtectedHeader({ ...read(0), ...header })
    .sign(key, header.crit ? { crit: { hold: true } } : undefined);
}

const hs256 = (secret: string | Buffer, header: object = {}) => {
  const text = `${part({ ...read(0), alg: 'HS256', ...header })}.${part(read(1))}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const strange = (header: object) =>
  new SignJWT(read(1)).setProtectedHeader({ ...read(0), ...header }).sign(stranger.privateKey);

async function publicKey() {
  const jwk = (await testKeys()).signing[0] as object;
  return createPublicKey({ key: jwk as never, format: 'jwk' });
}

const pem = async (type: 'spki' | 'pkcs1') =>
  (await publicKey()).export({ type, format: 'pem' }) as string;

const now = () => Math.floor(w.clock.now() / 1000);

beforeAll(async () => {
  w = await testApp();
  const { secret } = await enrollOtp(w);
  genuine = await mfaAccessToken(w, { secret });
  w.clock.advance(60);
  const token = await mfaToken(w, { scope: 'openid' });
  const code = totp(secret, w.clock.now());
  const { body } = await client(w.app).otp(token, code).expect(200);
  other = { id: body.id_token, api: body.access_token, jwt: await mfaToken(w) };
});

const corpus: readonly (readonly [string, () => string | Promise<string>])[] = [
  ['alg none', () => `${part({ ...read(0), alg: 'none' })}.${part(read(1))}.`],
  ['alg None', () => `${part({ ...read(0), alg: 'None' })}.${part(read(1))}.`],
  [
    'alg nOnE with our signature',
    () => `${part({ ...read(0), alg: 'nOnE' })}.${part(read(1))}.${signature()}`,
  ],
  ['no alg', () => `${part({ typ: 'at+jwt', kid: read(0).kid })}.${part(read(1))}.${signature()}`],
  ['no signature', () => genuine.replace(/\.[^.]*$/, '.')],
  ['no third part', () => genuine.split('.').slice(0, 2).join('.')],
  ['HS256 with the public key as SPKI', async () => hs256(await pem('spki'))],
  ['HS256 with the public key as PKCS#1', async () => hs256(await pem('pkcs1'))],
  [
    'HS256 with the public key without its last newline',
    async () => hs256((await pem('spki')).trim()),
  ],
  ['HS256 with the modulus', async () => hs256((await exportJWK(await publicKey())).n as string)],
  ['HS256 with an empty key', () => hs256('')],
  ['HS256 with the kid', () => hs256(read(0).kid)],
  ['a key of somebody else under our kid', () => strange({})],
  ['an unknown kid', () => strange({ kid: 'unknown' })],
  ['no kid', () => ours({}, { kid: undefined as never })],
  ['our key under a kid of another name', () => ours({}, { kid: 'nobody' })],
  ['a kid that is a path', () => strange({ kid: '../../../../dev/null' })],
  ['a kid that is a prototype', () => strange({ kid: '__proto__' })],
  ['its own key as jwk', async () => strange({ jwk: await exportJWK(stranger.publicKey) })],
  [
    'its own key as jwk, kid and all',
    async () => strange({ kid: 'x', jwk: await exportJWK(stranger.publicKey) }),
  ],
  ['a jku', () => strange({ kid: 'x', jku: 'https://evil.example/jwks.json' })],
  ['an x5u', () => strange({ kid: 'x', x5u: 'https://evil.example/cert.pem' })],
  ['an x5c', () => strange({ x5c: ['MIIB'] })],
  ['a crit that nobody understands', () => ours({}, { crit: ['hold'], hold: true } as never)],
  [
    'RS512 by our key',
    () => `${part({ ...read(0), alg: 'RS512' })}.${part(read(1))}.${signature()}`,
  ],
  [
    'ES256 in the header of an RS256 token',
    () => `${part({ ...read(0), alg: 'ES256' })}.${part(read(1))}.${signature()}`,
  ],
  [
    'an ES256 signature of zeros',
    () =>
      `${part({ ...read(0), alg: 'ES256' })}.${part(read(1))}.${Buffer.alloc(64).toString('base64url')}`,
  ],
  [
    'other claims under our signature',
    () => `${part(read(0))}.${part({ ...read(1), sub: 'u2' })}.${signature()}`,
  ],
  ['another issuer', () => ours({ iss: 'https://auth.example.org/' })],
  ['an issuer without its slash', () => ours({ iss: ISSUER.slice(0, -1) })],
  ['an issuer with more behind it', () => ours({ iss: `${ISSUER}x` })],
  ['no issuer', () => ours({ iss: undefined as never })],
  ['another audience', () => ours({ aud: 'https://api.example.com/' })],
  ['an audience without its slash', () => ours({ aud: AUDIENCE.slice(0, -1) })],
  ['an audience in capitals', () => ours({ aud: AUDIENCE.toUpperCase() })],
  ['the audience as a prefix', () => ours({ aud: `${AUDIENCE}x` })],
  ['no audience', () => ours({ aud: undefined as never })],
  ['typ JWT', () => ours({}, { typ: 'JWT' })],
  ['no typ', () => ours({}, { typ: undefined as never })],
  ['expired beyond the leeway', () => ours({ exp: now() - 31 })],
  ['no expiry', () => ours({ exp: undefined as never })],
  ['an expiry that is a text', () => ours({ exp: '9999999999' as never })],
  ['not yet valid', () => ours({ nbf: now() + 31 })],
  ['no subject', () => ours({ sub: undefined as never })],
  ['a subject that is a number', () => ours({ sub: 1 as never })],
  ['no jti', () => ours({ jti: undefined as never })],
  ['no auth_time', () => ours({ auth_time: undefined })],
  [
    'a scope that is an array',
    () => ours({ scope: ['enroll', 'read:authenticators', 'remove:authenticators'] }),
  ],
  ['an id_token', () => other.id],
  ['an access token for another audience', () => other.api],
  ['junk with two dots', () => 'a.b.c'],
  ['dots', () => '..'],
];

describe('R-090, R-091: of the forged', () => {
  test('there are at least forty', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(40);
  });

  test.each(corpus)('R-090, R-091: %s is refused everywhere', async (_, forge) => {
    const token = await forge();
    const c = client(w.app);
    for (const answer of [
      await c.list(token),
      await c.associate(token, { authenticator_types: ['otp'] }),
      await c.remove(token, 'totp|dev_AAAAAAAAAAAAAAAA'),
    ]) {
      expect([answer.status, answer.body]).toEqual([401, INVALID]);
      expect(answer.headers['www-authenticate']).toBeUndefined();
    }
    const confirmed = await c.otp(token, '000000');
    expect([confirmed.status, confirmed.body.error]).toEqual([403, 'invalid_grant']);
  });

  test('R-090: and what is ours, unchanged, is accepted (the corpus is refused for its own reasons)', async () => {
    for (const token of [genuine, await ours({})]) await client(w.app).list(token).expect(200);
    await client(w.app)
      .list(await ours({ exp: now() - 29 }))
      .expect(200);
  });
});

describe('R-091: a token for the MFA API', () => {
  test("R-091: names its audience, so that the app's API can refuse it", () => {
    expect([read(1).aud].flat()).not.toContain('https://api.example.com/');
    expect([read(1).aud].flat()).toContain(AUDIENCE);
  });
});
