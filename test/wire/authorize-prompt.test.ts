// GET /authorize: when somebody is asked to log in, or for a second factor.
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { totp } from '../support/attack.js';
import {
  API,
  ann,
  answerOf,
  asking,
  browserApp,
  MFA_AUDIENCE,
  MULTI_FACTOR,
} from '../support/browser.js';

const ISS = 'https://auth.example.com/';

describe('somebody who is not logged in', () => {
  test('is sent to log in, and comes back with what was asked for', async () => {
    const { t, secret } = await ann();
    const v = t.visitor();
    const asked = { state: 's', login_hint: 'ann@example.com', ui_locales: 'de en' };
    const answer = await v.authorize(asked);
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toMatch(/^\/login\?/);
    const { returnTo = '', ...hints } = answerOf(answer);
    expect(hints).toEqual({ login_hint: 'ann@example.com', ui_locales: 'de en' });
    expect(returnTo).toMatch(/^\/authorize\?/);
    await v.logIn().expect(200);
    t.clock.advance(30); // a code of the authenticator app works once
    await v.prove(secret).expect(200);
    const back = await v.agent.get(returnTo);
    expect(answerOf(back)).toEqual({ code: expect.any(String), state: 's', iss: ISS });
  });

  test('comes back from a POST by a GET', async () => {
    const { t } = await ann();
    const answer = await t.visitor().agent.post('/authorize').type('form').send(asking());
    expect(answer.status).toBe(303);
    expect(answerOf(answer)['returnTo']).toMatch(/^\/authorize\?client_id=app&/);
  });

  test('R-007: is also who gave a password that was changed since', async () => {
    const { t, v } = await ann();
    await v.code();
    await t.mfa.onPasswordChanged('u1');
    expect((await v.authorize()).headers['location']).toMatch(/^\/login\?/);
  });

  test.each([
    ['idle for 30 minutes', 1801],
    ['open for a day', 86_401],
  ])('R-116: is also whose session was %s', async (_, seconds) => {
    const { t, v } = await ann();
    t.clock.advance(seconds);
    expect((await v.authorize()).headers['location']).toMatch(/^\/login\?/);
  });
});

describe('prompt and max_age', () => {
  const outcomeOf = async (v: Awaited<ReturnType<typeof ann>>['v'], query: object) => {
    const answer = await v.authorize({ ...query });
    const to = answer.headers['location'] ?? '';
    if (to.startsWith('/login/mfa?')) return 'factor';
    if (to.startsWith('/login?')) return 'login';
    const { error, error_description: text } = answerOf(answer);
    return error === undefined ? 'code' : `${error}: ${text}`;
  };

  test.each([
    [{}, 'code'],
    [{ prompt: 'none' }, 'code'],
    [{ prompt: 'login' }, 'login'],
    [{ prompt: 'select_account' }, 'login'],
    [{ prompt: 'consent' }, 'code'],
    [{ prompt: 'login consent' }, 'login'],
    [{ prompt: 'none login' }, 'invalid_request: Invalid parameter: prompt must be none or login'],
    [{ prompt: 'create' }, 'invalid_request: Invalid parameter: prompt must be none or login'],
    [{ max_age: '101' }, 'code'],
    [{ max_age: '100' }, 'code'],
    [{ max_age: '99' }, 'login'],
    [{ max_age: '0' }, 'login'],
    [{ max_age: '99', prompt: 'none' }, 'login_required: Login required'],
    [{ max_age: '100', prompt: 'none' }, 'code'],
    [{ max_age: '101', prompt: 'login' }, 'login'],
    [{ max_age: '-1' }, 'invalid_request: Invalid parameter: max_age must be a number of seconds'],
    [{ max_age: 'x' }, 'invalid_request: Invalid parameter: max_age must be a number of seconds'],
    [{ acr_values: MULTI_FACTOR }, 'code'],
    [{ acr_values: 'urn:other' }, 'code'],
  ])('%o of a session of 100 seconds with two factors: %s', async (query, outcome) => {
    const { t, v } = await ann();
    t.clock.advance(100);
    expect(await outcomeOf(v, query)).toBe(outcome);
  });

  test.each([
    [{}, 'code'],
    [{ prompt: 'none' }, 'code'],
    [{ acr_values: `urn:other ${MULTI_FACTOR}` }, 'factor'],
    [
      { acr_values: MULTI_FACTOR, prompt: 'none' },
      'login_required: Multifactor authentication required',
    ],
    [{ audience: MFA_AUDIENCE }, 'factor'],
    [{ audience: MFA_AUDIENCE.slice(0, -1) }, 'factor'],
    [
      { audience: MFA_AUDIENCE, prompt: 'none' },
      'login_required: Multifactor authentication required',
    ],
    [{ audience: 'https://unknown.example.com/' }, expect.stringContaining('access_denied')],
  ])('%o of a session with a password alone: %s', async (query, outcome) => {
    const t = await browserApp({ policy: () => 'none' });
    const v = t.visitor();
    await v.logIn().expect(200, { needed: 'none' });
    expect(await outcomeOf(v, query)).toEqual(outcome);
  });

  test.each([{ prompt: 'login' }, { max_age: '0' }])('%o is over after a login', async (query) => {
    const { t, secret, v } = await ann();
    t.clock.advance(60);
    const sent = await v.authorize({ ...query });
    const { returnTo = '', prompt } = answerOf(sent);
    expect(prompt).toBe('login');
    const early = await v.agent.get(returnTo);
    expect(early.headers['location']).toMatch(/^\/login\?/); // nobody logged in since
    expect(answerOf(early)['returnTo']).toBe(returnTo);
    await v.logIn().expect(200);
    t.clock.advance(30);
    await v.prove(secret).expect(200);
    const { code = '' } = answerOf(await v.agent.get(returnTo));
    const { body } = await v.exchange(code).expect(200);
    expect(decodeJwt(body.id_token)['auth_time']).toBe(Math.floor(t.clock.now() / 1000));
  });

  test.each([
    ['in the future', 60_000],
    ['of long ago', -3_600_001],
  ])('R-105: a login_after %s does not stand for a login', async (_, offset) => {
    const { t, v } = await ann();
    t.clock.advance(offset < 0 ? 0 : 60);
    const login_after = String(t.clock.now() + offset);
    const sent = await v.authorize({ prompt: 'login', login_after });
    expect(sent.headers['location']).toMatch(/^\/login\?/);
    // It would have to be waited for: the login counts from now on.
    expect(answerOf(sent)['returnTo']).toMatch(new RegExp(`&login_after=${t.clock.now()}$`));
  });

  test('an id_token_hint about somebody else asks for a login', async () => {
    const t = await browserApp({ policy: () => 'none' });
    const v = t.visitor();
    await v.logIn().expect(200);
    const { body } = await v.exchange(await v.code()).expect(200);
    const hint = { id_token_hint: body.id_token };
    expect(await outcomeOf(v, { ...hint, prompt: 'none' })).toBe('code');
    const bob = t.visitor();
    await bob.logIn('bob@example.com', 'battery staple').expect(200);
    expect(await outcomeOf(bob, { ...hint, prompt: 'none' })).toBe(
      'login_required: Login required',
    );
    const sent = await bob.authorize(hint);
    t.clock.advance(1);
    await bob.logIn('bob@example.com', 'battery staple').expect(200);
    const back = await bob.agent.get(answerOf(sent)['returnTo'] ?? '');
    expect(answerOf(back)['error']).toBe('login_required');
    expect(await outcomeOf(v, { id_token_hint: 'x.y.z' })).toMatch(/^invalid_request/);
  });
});

describe('the MFA API by /authorize', () => {
  const wanted = { audience: MFA_AUDIENCE, scope: 'openid enroll' };

  test('R-098: takes a second factor of the last 300 seconds, and asks for one', async () => {
    const { t, secret, v } = await ann();
    t.clock.advance(300);
    const { body } = await v.exchange(await v.code(wanted)).expect(200);
    expect(body).toMatchObject({ scope: 'openid enroll', expires_in: 600 });
    expect(decodeJwt(body.access_token).aud).toContain(MFA_AUDIENCE);
    t.clock.advance(1);
    const silent = answerOf(await v.authorize({ ...wanted, prompt: 'none' }));
    expect(silent).toEqual({
      error: 'login_required',
      error_description: 'Multifactor authentication required',
      iss: ISS,
    });
    const sent = await v.authorize(wanted);
    expect(sent.headers['location']).toMatch(/^\/login\/mfa\?returnTo=%2Fauthorize/);
    const { returnTo = '' } = answerOf(sent);
    await v.agent.get('/login/mfa').expect(200, { needed: 'challenge', returnTo });
    await v.prove(secret).expect(200);
    expect(answerOf(await v.agent.get(returnTo))['code']).toBeDefined();
  });

  test('prompts who has no authenticator to enroll one', async () => {
    const t = await browserApp({ policy: () => 'none' });
    const v = t.visitor();
    await v.logIn().expect(200, { needed: 'none' });
    const sent = await v.authorize(wanted);
    expect(sent.headers['location']).toMatch(/^\/login\/mfa\?/);
    expect((await v.agent.get('/login/mfa')).body.needed).toBe('enroll');
  });
});

describe('R-003: the policy is asked again', () => {
  test('a session by password alone steps up once its user has an authenticator', async () => {
    const t = await browserApp({ policy: () => 'none' });
    const v = t.visitor();
    await v.logIn().expect(200, { needed: 'none' });
    await v.code();
    const { body: mfa } = await v
      .token({
        grant_type: 'password',
        username: 'ann@example.com',
        password: 'correct horse',
        audience: MFA_AUDIENCE,
      })
      .expect(200);
    const otp = { authenticator_types: ['otp'] };
    const bearer = { Authorization: `Bearer ${mfa.access_token}` };
    const { body } = await v.agent.post('/mfa/associate').set(bearer).send(otp).expect(200);
    const grant_type = 'http://auth0.com/oauth/grant-type/mfa-otp';
    const code = totp(body.secret, t.clock.now());
    await v.token({ grant_type, mfa_token: mfa.access_token, otp: code }).expect(200);
    expect((await v.authorize()).headers['location']).toMatch(/^\/login\/mfa\?/);
    const silent = answerOf(await v.authorize({ prompt: 'none' }));
    expect(silent['error_description']).toBe('Multifactor authentication required');
  });

  test('for the client and the audience that ask, and by the kinds that they allow', async () => {
    const { v } = await ann({
      policy: (_user: unknown, client: { id: string }, audience: string) =>
        client.id === 'app' && audience === API ? { challenge: ['phone'] } : 'enroll',
    });
    await v.code();
    const sent = await v.authorize({ audience: API, scope: 'read:notes' });
    expect(sent.headers['location']).toMatch(/^\/login\/mfa\?/);
  });
});
