// an API of the host takes access tokens for itself, and no other token of ours, nor a forged one.
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { build, directory, endAfterwards, ISSUER, PHONE, SMS, start } from './process.js';

endAfterwards();

beforeAll(build, 60_000);

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const read = (token: string, index: number) =>
  JSON.parse(Buffer.from(token.split('.')[index] as string, 'base64url').toString());

test('R-091: whoami of the example app, against every token of ours and twelve forged ones', {
  timeout: 60_000,
}, async () => {
  const app = await start(directory());
  const { mfa_token: first } = (await app.login('ann@example.com', { scope: 'openid' })).body;
  const { oob_code: oobCode } = (await app.associate(first, SMS)).body;
  const { code } = (await app.outbox(PHONE))[0];
  const { access_token: own, id_token: idToken } = (await app.confirm(first, oobCode, code)).body;
  const { mfa_token: mfaToken } = (
    await app.login('carol@example.com', { audience: `${ISSUER}mfa/` })
  ).body;
  const { oob_code: carols } = (await app.challenge(mfaToken)).body;
  const { code: other } = (await app.outbox('+12025550123'))[0];
  const { access_token: forMfa } = (await app.confirm(mfaToken, carols, other)).body;
  expect(read(forMfa, 1).aud).toBe(`${ISSUER}mfa/`);
  const { mfa_token: live } = (await app.login('ann@example.com')).body;

  const { keys } = (await app.get('/.well-known/jwks.json')).body;
  const jwk = keys.find((it: { kid: string }) => it.kid === read(own, 0).kid);
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const [head, claims, signature] = own.split('.');
  const hs256 = (secret: string | Buffer) => {
    const text = `${part({ ...read(own, 0), alg: 'HS256' })}.${claims}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const strange = (header: object) =>
    new SignJWT(read(own, 1))
      .setProtectedHeader({ ...read(own, 0), ...header })
      .sign(stranger.privateKey);
  const refused: Readonly<Record<string, string>> = {
    'an id_token': idToken,
    'a token for the MFA API': forMfa,
    'an mfa_token': live,
    'an oob_code': oobCode,
    'alg none': `${part({ ...read(own, 0), alg: 'none' })}.${claims}.`,
    'alg none with a signature': `${part({ ...read(own, 0), alg: 'none' })}.${claims}.${signature}`,
    'no signature': `${head}.${claims}.`,
    'HS256 with the public key': hs256(pem as string),
    'HS256 with the modulus': hs256(jwk.n),
    'HS256 with nothing': hs256(''),
    'a key of somebody else': await strange({}),
    'its own key as jwk': await strange({ jwk: stranger.publicKey.export({ format: 'jwk' }) }),
    'a jku': await strange({ kid: 'x', jku: 'https://evil.example/jwks.json' }),
    'another subject': `${head}.${part({ ...read(own, 1), sub: 'u2' })}.${signature}`,
    'more methods': `${head}.${part({ ...read(own, 1), amr: ['mfa'] })}.${signature}`,
    'an id_token called at+jwt': `${part({ ...read(idToken, 0), typ: 'at+jwt' })}.${idToken.split('.')[1]}.${idToken.split('.')[2]}`,
  };
  for (const [name, token] of Object.entries(refused)) {
    const { status, body } = await app.whoami(token);
    expect([name, status, body.error]).toEqual([name, 401, 'invalid_token']);
  }
  expect(await app.whoami(own)).toMatchObject({ status: 200, body: { sub: 'u1' } });
});
