// Access tokens that are not ours, or not for this: made from a genuine one by somebody without our keys, and, to
// show that each claim is checked, by somebody who has them.
import { createHmac, createPublicKey, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { exportJWK, importJWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { client, ISSUER, type TestApp, testApp, testKeys } from '../support/app.js';
import { enrollOtp, mfaAccessToken, mfaToken, totp } from '../support/attack.js';

const AUDIENCE = `${ISSUER}mfa/`;

/** What is forged from. */
export interface Genuine {
  readonly w: TestApp;
  /** An access token for the MFA audience, with every scope and a fresh second factor. */
  readonly token: string;
  readonly id: string;
  readonly api: string;
  readonly mfa: string;
  readonly oob: string;
}

let genuine: Genuine;

export async function openForge(): Promise<Genuine> {
  const w = await testApp();
  const { secret } = await enrollOtp(w);
  const c = client(w.app);
  const code = () => totp(secret, w.clock.now());
  w.clock.advance(30);
  const oob = `oob_${'A'.repeat(70)}`;
  const first = await c.otp(await mfaToken(w, { scope: 'openid' }), code()).expect(200);
  w.clock.advance(60);
  const token = await mfaAccessToken(w, { secret });
  const { id_token: id, access_token: api } = first.body;
  genuine = { w, token, id, api, oob, mfa: await mfaToken(w) };
  return genuine;
}

export const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
export const read = (index: number, token = genuine.token) =>
  JSON.parse(Buffer.from(token.split('.')[index] as string, 'base64url').toString());
const header = (changes: object = {}) => part({ ...read(0), ...changes });
const signature = () => genuine.token.split('.')[2] as string;
const now = () => Math.floor(genuine.w.clock.now() / 1000);

/** Signed by our own RS256 key, with these members changed. */
export async function ours(claims: JWTPayload, changes: Partial<JWTHeaderParameters> = {}) {
  const key = await importJWK((await testKeys()).signing[0] as never, 'RS256');
  return new SignJWT({ ...read(1), ...claims })
    .setProtectedHeader({ ...read(0), ...changes })
    .sign(key, changes.crit ? { crit: { hold: true } } : undefined);
}

/** Signed by our own key, whatever the two texts are. */
async function raw(headerText: string, claimsText: string) {
  const text = `${part(headerText)}.${part(claimsText)}`;
  const key = { key: (await testKeys()).signing[0] as never, format: 'jwk' } as const;
  return `${text}.${signBytes('sha256', Buffer.from(text), key).toString('base64url')}`;
}

/** The claims as JSON with one member twice. */
const twice = (member: string) => JSON.stringify(read(1)).replace(/^\{/, `{${member},`);

const hs = (bits: number, secret: string | Buffer, changes: object = {}) => {
  const text = `${header({ alg: `HS${bits}`, ...changes })}.${part(read(1))}`;
  return `${text}.${createHmac(`sha${bits}`, secret).update(text).digest('base64url')}`;
};
const hs256 = (secret: string | Buffer, changes: object = {}) => hs(256, secret, changes);

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const strange = (changes: object, claims: object = {}) =>
  new SignJWT({ ...read(1), ...claims })
    .setProtectedHeader({ ...read(0), ...changes })
    .sign(stranger.privateKey);

async function publicKey() {
  const jwk = (await testKeys()).signing[0] as object;
  return createPublicKey({ key: jwk as never, format: 'jwk' });
}

const pem = async (type: 'spki' | 'pkcs1') =>
  (await publicKey()).export({ type, format: 'pem' }) as string;

/** Each with what is wrong with it. */
export const corpus: readonly (readonly [string, () => string | Promise<string>])[] = [
  ['alg none', () => `${header({ alg: 'none' })}.${part(read(1))}.`],
  ['alg None', () => `${header({ alg: 'None' })}.${part(read(1))}.`],
  [
    'alg nOnE with our signature',
    () => `${header({ alg: 'nOnE' })}.${part(read(1))}.${signature()}`,
  ],
  ['no alg', () => `${part({ typ: 'at+jwt', kid: read(0).kid })}.${part(read(1))}.${signature()}`],
  ['no signature', () => genuine.token.replace(/\.[^.]*$/, '.')],
  ['no third part', () => genuine.token.split('.').slice(0, 2).join('.')],
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
  ['RS512 by our key', () => `${header({ alg: 'RS512' })}.${part(read(1))}.${signature()}`],
  [
    'ES256 in the header of an RS256 token',
    () => `${header({ alg: 'ES256' })}.${part(read(1))}.${signature()}`,
  ],
  [
    'an ES256 signature of zeros',
    () => `${header({ alg: 'ES256' })}.${part(read(1))}.${Buffer.alloc(64).toString('base64url')}`,
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
  ['an id_token', () => genuine.id],
  ['an access token for another audience', () => genuine.api],
  ['alg an empty text', () => `${header({ alg: '' })}.${part(read(1))}.${signature()}`],
  ['alg an array', () => `${header({ alg: ['RS256', 'none'] })}.${part(read(1))}.${signature()}`],
  ['HS384 with the public key', async () => hs(384, await pem('spki'))],
  ['HS512 with the public key', async () => hs(512, await pem('spki'))],
  [
    'HS256 with the public key as JWK',
    async () => hs256(JSON.stringify(await exportJWK(await publicKey()))),
  ],
  ['HS256 with the issuer', () => hs256(ISSUER)],
  ['HS256 under its own oct key as jwk', () => hs256('k', { jwk: { kty: 'oct', k: part('k') } })],
  ['PS256 by our key', () => `${header({ alg: 'PS256' })}.${part(read(1))}.${signature()}`],
  ['a kid that is an array', () => ours({}, { kid: [read(0).kid] as never })],
  ['a kid with a zero byte', () => ours({}, { kid: `${read(0).kid}\0` })],
  ['our kid in capitals', () => ours({}, { kid: String(read(0).kid).toUpperCase() })],
  [
    'its key behind a jku that has our issuer in it',
    () => strange({ kid: 'x', jku: `${ISSUER}.well-known/jwks.json` }),
  ],
  ['an empty crit', () => raw(JSON.stringify({ ...read(0), crit: [] }), JSON.stringify(read(1)))],
  [
    'a payload that is not encoded (RFC 7797)',
    () => raw(JSON.stringify({ ...read(0), b64: false, crit: ['b64'] }), JSON.stringify(read(1))),
  ],
  ['a JWT in a JWT', async () => raw(JSON.stringify({ ...read(0), cty: 'JWT' }), genuine.token)],
  ['five parts, as an encrypted one has', () => `${genuine.token}.${part('iv')}.${part('tag')}`],
  ['four parts', () => `${genuine.token}.`],
  ['a signature that is cut short', () => genuine.token.slice(0, -4)],
  ['a signature that is too long', () => `${genuine.token}AAAA`],
  [
    'a signature of zeros',
    () => `${header()}.${part(read(1))}.${Buffer.alloc(256).toString('base64url')}`,
  ],
  [
    'a signature in another spelling',
    () =>
      genuine.token.slice(0, -1) +
      String.fromCharCode(genuine.token.charCodeAt(genuine.token.length - 1) + 1),
  ],
  ['a signature with padding', () => `${genuine.token}==`],
  ['no payload (detached)', () => `${header()}..${signature()}`],
  ['a header that is not JSON', () => raw('{', JSON.stringify(read(1)))],
  ['a payload that is not JSON', () => raw(JSON.stringify(read(0)), 'sub=u1')],
  ['a payload that is an array', () => raw(JSON.stringify(read(0)), JSON.stringify([read(1)]))],
  ['a payload that is null', () => raw(JSON.stringify(read(0)), 'null')],
  [
    'an audience twice, ours first',
    () =>
      raw(
        JSON.stringify(read(0)),
        twice('"aud":"x"').replace(/\}$/, ',"aud":"https://evil.example/"}'),
      ),
  ],
  [
    'an expiry twice, the later one first',
    () => raw(JSON.stringify(read(0)), twice('"exp":9999999999').replace(/\}$/, ',"exp":1}')),
  ],
  [
    'a prototype that has what is missing',
    () =>
      raw(
        JSON.stringify(read(0)),
        JSON.stringify(read(1)).replace('"jti"', '"__proto__":{"jti":"x"},"x"'),
      ),
  ],
  ['typ id+jwt', () => ours({}, { typ: 'id+jwt' })],
  ['typ logout+jwt', () => ours({}, { typ: 'logout+jwt' })],
  ['typ dpop+jwt', () => ours({}, { typ: 'dpop+jwt' })],
  ['an issuer that is an array', () => ours({ iss: [ISSUER] as never })],
  ['an issuer with other letters', () => ours({ iss: ISSUER.toUpperCase() })],
  [
    'an array of other audiences',
    () => ours({ aud: [`${ISSUER}userinfo`, 'https://api.example.com/'] }),
  ],
  ['an audience in an array in an array', () => ours({ aud: [[AUDIENCE]] as never })],
  ['an audience that is an object', () => ours({ aud: { 0: AUDIENCE } as never })],
  ['an expiry that is null', () => ours({ exp: null as never })],
  ['a time of issue that is a text', () => ours({ iat: `${now()}` as never })],
  ['no time of issue', () => ours({ iat: undefined as never })],
  ['a beginning that is a text', () => ours({ nbf: `${now()}` as never })],
  ['an empty subject', () => ours({ sub: '' })],
  ['a subject that is null', () => ours({ sub: null as never })],
  ['a subject that nobody is', () => ours({ sub: 'nobody' })],
  ['no client', () => ours({ client_id: undefined })],
  ['no scope', () => ours({ scope: undefined })],
  ['an auth_time that is a text', () => ours({ auth_time: `${now()}` })],
  [
    'an id_token in the clothes of an access token',
    () => `${header()}.${genuine.id.split('.')[1]}.${genuine.id.split('.')[2]}`,
  ],
  ['an mfa_token', () => `${genuine.mfa}.`],
  ['an oob_code', () => genuine.oob],
  ['junk with two dots', () => 'a.b.c'],
  ['dots', () => '..'],
];
