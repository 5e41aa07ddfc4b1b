import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Secret, TOTP } from 'otpauth';
import { beforeAll, describe, expect, test } from 'vitest';
import { masked } from '../support/masked.js';
import {
  build,
  directory,
  endAfterwards,
  ISSUER,
  OTP_GRANT,
  PHONE,
  RECOVERY_GRANT,
  SMS,
  start,
} from './process.js';
import { curl, curls, printed, shape } from './readme.js';

endAfterwards();

beforeAll(build, 60_000);

const ANN = 'ann@example.com';

describe.concurrent('the example app', { timeout: 60_000 }, () => {
  test('answers the calls of README.md as it says', async () => {
    const app = await start(directory());
    const variables: Record<string, string> = {};
    const call = (command = '') => curl(command, app.url, variables);
    const [login, associate, confirm = '', list, challenge] = curls;
    const [required, associated, messages, tokens, requiredAgain, listed, challenged] = printed;

    const first = await call(login);
    expect([first.status, shape(first.body)]).toEqual([403, shape(required)]);
    variables['MFA_TOKEN'] = first.body.mfa_token;
    const started = await call(associate);
    expect([started.status, shape(started.body)]).toEqual([200, shape(associated)]);
    const outbox = await app.outbox(PHONE);
    expect(shape(outbox)).toEqual(shape(messages));
    variables['OOB_CODE'] = started.body.oob_code;
    const confirmed = await call(
      confirm.replace(/binding_code=\d{6}/, `binding_code=${outbox[0].code}`),
    );
    expect([confirmed.status, shape(confirmed.body)]).toEqual([200, shape(tokens)]);

    const again = await call(login);
    expect([again.status, shape(again.body)]).toEqual([403, shape(requiredAgain)]);
    variables['MFA_TOKEN'] = again.body.mfa_token;
    expect(shape((await call(list)).body)).toEqual(shape(listed));
    expect(shape((await call(challenge)).body)).toEqual(shape(challenged));
  });

  test('takes a user from the first password to a second authenticator and a recovery', async () => {
    const app = await start(directory());
    const health = await app.get('/healthz');
    expect([health.status, health.body]).toEqual([200, { status: 'ok' }]);

    const { mfa_token: mfaToken } = (await app.login(ANN)).body;
    const associated = (await app.associate(mfaToken, SMS)).body;
    const first = await app.confirm(
      mfaToken,
      associated.oob_code,
      (await app.outbox(PHONE))[0].code,
    );
    expect(first.status).toBe(200);
    const jwks = createRemoteJWKSet(new URL(`${app.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(first.body.access_token, jwks, { issuer: ISSUER });
    expect(payload['amr']).toEqual(['pwd', 'sms', 'mfa']);
    expect((await app.whoami(first.body.access_token)).body.sub).toBe('u1');

    const second = (await app.login(ANN)).body;
    const authenticators = (await app.list(second.mfa_token)).body;
    expect(authenticators).toMatchObject([
      { oob_channel: 'sms', active: true, name: masked('0147') },
      { oob_channel: 'voice', active: true, name: masked('0147') },
      { authenticator_type: 'recovery-code', active: true },
    ]);
    const { oob_code: oobCode } = (await app.challenge(second.mfa_token)).body;
    const code = (await app.outbox(PHONE))[0].code;
    expect((await app.confirm(second.mfa_token, oobCode, code)).status).toBe(200);

    const access = { audience: `${ISSUER}mfa/`, scope: 'enroll read:authenticators' };
    const third = (await app.login(ANN, access)).body;
    const asked = (await app.challenge(third.mfa_token)).body;
    const passed = await app.confirm(
      third.mfa_token,
      asked.oob_code,
      (await app.outbox(PHONE))[0].code,
    );
    expect(passed.body).toMatchObject({ scope: access.scope, expires_in: 600 });
    const jwt = passed.body.access_token;
    const { secret } = (await app.associate(jwt, { authenticator_types: ['otp'] })).body;
    const otp = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
    expect((await app.token({ grant_type: OTP_GRANT, mfa_token: jwt, otp })).status).toBe(200);
    const all = (await app.list(jwt)).body.map((it: { active: boolean }) => it.active);
    expect(all).toEqual([true, true, true, true]);

    const recover = async (recovery: string) => {
      const { mfa_token: token } = (await app.login(ANN)).body;
      const members = { grant_type: RECOVERY_GRANT, mfa_token: token, recovery_code: recovery };
      return app.token(members);
    };
    const [old] = associated.recovery_codes;
    const recovered = await recover(old);
    expect(recovered.body.recovery_code).toMatch(/^[A-Z2-9]{24}$/);
    expect((await recover(old)).body.error_description).toBe('MFA Authorization rejected.');
    expect((await recover(recovered.body.recovery_code)).status).toBe(200);
  });

  test('knows the authenticators of its seed file, and asks every user for a second factor', async () => {
    const app = await start(directory(), { DATABASE_URL: 'memory:' });
    const challenge = async (name: string) =>
      (await app.login(`${name}@example.com`)).body.mfa_requirements?.challenge;
    expect(await challenge('bob')).toEqual([{ type: 'otp' }]);
    expect(await challenge('carol')).toEqual([{ type: 'phone' }, { type: 'oob' }]);
    expect(await challenge('ann')).toBeUndefined();
    expect((await app.login('nobody@example.com')).body.error).toBe('invalid_grant');
    expect((await app.whoami('nothing')).status).toBe(401);
    expect((await app.get('/nowhere')).status).toBe(404);
  });

  test('lets users without a second factor in when MFA_POLICY says so, but not into the API', async () => {
    const app = await start(directory(), { DATABASE_URL: 'memory:', MFA_POLICY: 'optional' });
    const { status, body } = await app.login(ANN);
    expect(status).toBe(200);
    expect((await app.whoami(body.access_token)).body.error).toBe(
      'insufficient_user_authentication',
    );
    expect((await app.login('bob@example.com')).status).toBe(403);
  });
});
