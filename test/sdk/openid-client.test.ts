// openid-client, unmodified, over plain http: every grant, both ways to send the secret, and the id_token verified.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { describe, expect, test } from 'vitest';
import { client, OOB_GRANT, OTP, OTP_GRANT, RECOVERY_GRANT, SMS } from '../support/app.js';
import { type SdkServer, sdkServer } from './server.js';

const REALM_GRANT = 'http://auth0.com/oauth/grant-type/password-realm';
const ANN = { username: 'ann@example.com', password: 'correct horse' };

const methods = {
  client_secret_post: { id: 'web', auth: oidc.ClientSecretPost('web-secret') },
  client_secret_basic: { id: 'basic', auth: oidc.ClientSecretBasic('basic secret:ä') },
  none: { id: 'spa', auth: oidc.None() },
};
type Method = keyof typeof methods;

async function discovered(method: Method) {
  const server = await sdkServer({ scheme: 'http' });
  const { id, auth } = methods[method];
  const options = { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] };
  const config = await oidc.discovery(new URL(server.issuer), id, undefined, auth, options);
  const grant = (type: string, parameters: Record<string, string>) =>
    oidc.genericGrantRequest(config, type, parameters);
  return { server, config, grant, id };
}

/** A refused grant as openid-client tells it. */
async function refusal(promise: Promise<unknown>): Promise<oidc.ResponseBodyError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(oidc.ResponseBodyError);
  return error as oidc.ResponseBodyError;
}

async function mfaToken(login: Promise<unknown>): Promise<string> {
  const { status, error, error_description, cause } = await refusal(login);
  expect([status, error, error_description]).toEqual([
    403,
    'mfa_required',
    'Multifactor authentication required',
  ]);
  expect(cause).toMatchObject({ mfa_requirements: expect.any(Object) });
  return (cause as { mfa_token: string }).mfa_token;
}

const rest = (server: SdkServer, id: string) => client(server.url, id);

describe.each(Object.keys(methods) as Method[])('%s', (method) => {
  test('every grant', async () => {
    const { server, grant, id } = await discovered(method);
    const login = (scope: string) => grant('password', { ...ANN, scope });

    const first = await mfaToken(login('openid email'));
    const sms = (await rest(server, id).associate(first, SMS).expect(200)).body;
    const parameters = { mfa_token: first, oob_code: sms.oob_code };
    const wrong = await refusal(grant(OOB_GRANT, { ...parameters, binding_code: '0000000' }));
    expect(wrong).toMatchObject({ status: 403, error: 'invalid_grant' });
    expect(wrong.error_description).toBe('Invalid binding_code.');
    expect(await refusal(grant(OOB_GRANT, parameters))).toMatchObject({
      status: 400,
      error: 'invalid_request',
      error_description: 'Missing required parameter: binding_code',
    });
    const tokens = await grant(OOB_GRANT, { ...parameters, binding_code: server.code() });
    expect(tokens).toMatchObject({
      token_type: 'bearer',
      expires_in: 86_400,
      scope: 'openid email',
    });
    expect(tokens.claims()).toMatchObject({
      iss: server.issuer,
      aud: id,
      sub: 'u1',
      email: 'ann@example.com',
      auth_time: expect.any(Number),
      amr: expect.arrayContaining(['pwd', 'sms', 'mfa']),
    });

    const second = await mfaToken(grant(REALM_GRANT, { ...ANN, realm: 'users', scope: 'openid' }));
    const [code] = sms.recovery_codes;
    const recovered = await grant(RECOVERY_GRANT, { mfa_token: second, recovery_code: code });
    expect(recovered.recovery_code).toMatch(/^[A-Z0-9]{24}$/);
    expect(recovered.claims()?.sub).toBe('u1');
  });

  test('otp, and tokens without openid', async () => {
    const { server, grant, id } = await discovered(method);
    const first = await mfaToken(grant('password', { ...ANN, scope: 'openid' }));
    const otp = (await rest(server, id).associate(first, OTP).expect(200)).body;
    const confirm = { mfa_token: first, otp: server.otp(otp.secret) };
    expect((await grant(OTP_GRANT, confirm)).claims()?.sub).toBe('u1');
    server.skip(30);
    const second = await mfaToken(grant('password', ANN));
    const plain = await grant(OTP_GRANT, { mfa_token: second, otp: server.otp(otp.secret) });
    expect(plain.id_token).toBeUndefined();
    server.skip(30);
    const third = await mfaToken(grant('password', ANN));
    server.skip(601);
    const late = grant(OTP_GRANT, { mfa_token: third, otp: server.otp(otp.secret) });
    expect(await refusal(late)).toMatchObject({ status: 401, error: 'expired_token' });
  });
});

test('the password grants with a wrong password, unknown grants', async () => {
  const { grant } = await discovered('client_secret_post');
  expect(await refusal(grant('password', { ...ANN, password: 'wrong' }))).toMatchObject({
    status: 403,
    error: 'invalid_grant',
    error_description: 'Wrong email or password.',
  });
  expect(await refusal(grant('urn:unknown', {}))).toMatchObject({
    status: 400,
    error: 'unsupported_grant_type',
    error_description: 'Unsupported grant type: urn:unknown',
  });
});

test('a wrong secret: only after Basic the answer has WWW-Authenticate', async () => {
  const server = await sdkServer({ scheme: 'http' });
  const discover = (auth: oidc.ClientAuth, id: string) =>
    oidc.discovery(new URL(server.issuer), id, undefined, auth, {
      execute: [oidc.allowInsecureRequests],
    });
  const post = await discover(oidc.ClientSecretPost('wrong'), 'web');
  expect(await refusal(oidc.genericGrantRequest(post, 'password', ANN))).toMatchObject({
    status: 401,
    error: 'invalid_client',
  });
  const basic = await discover(oidc.ClientSecretBasic('wrong'), 'basic');
  const error = await oidc.genericGrantRequest(basic, 'password', ANN).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(oidc.WWWAuthenticateChallengeError);
});

test.each(['RS256', 'ES256'] as const)('%s access tokens verify against the JWKS', async (alg) => {
  const server = await sdkServer({ scheme: 'http', accessTokenAlgorithm: alg });
  const config = await oidc.discovery(new URL(server.issuer), 'web', undefined, undefined, {
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
  const first = await mfaToken(
    oidc.genericGrantRequest(config, 'password', {
      ...ANN,
      client_secret: 'web-secret',
      audience: 'https://api.example.com/',
      scope: 'openid read:notes',
    }),
  );
  const otp = (await rest(server, 'web').associate(first, OTP).expect(200)).body;
  const { access_token, id_token = '' } = await oidc.genericGrantRequest(config, OTP_GRANT, {
    client_secret: 'web-secret',
    mfa_token: first,
    otp: server.otp(otp.secret),
  });
  const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''));
  const issuer = server.issuer;
  const access = await jwtVerify(access_token, keys, {
    issuer,
    audience: 'https://api.example.com/',
    algorithms: [alg],
  });
  expect(access.payload).toMatchObject({ sub: 'u1', azp: 'web', scope: 'openid read:notes' });
  const identity = await jwtVerify(id_token, keys, {
    issuer,
    audience: 'web',
    algorithms: ['RS256'],
  });
  expect(identity.payload).not.toHaveProperty('nonce');
  expect(identity.payload).not.toHaveProperty('session_expiry');
});
