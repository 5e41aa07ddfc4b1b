// refresh tokens, copied, replayed, and asked for more than the login was granted.
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { OTP_GRANT } from '../support/app.js';
import { copies } from '../support/attack.js';
import { API, CALLBACK, MFA_AUDIENCE, MULTI_FACTOR } from '../support/browser.js';
import { nextTotp, OFFLINE, offline, refreshable, UNKNOWN } from '../support/offline.js';
import { storeKinds } from '../support/store-kinds.js';
import { expectAnswer, JWT, MFA_TOKEN } from '../wire/answers.js';

const DAY = 86_400;
const REFRESH = expect.stringMatching(/^rt_/);
const CHALLENGED = {
  error: 'mfa_required',
  error_description: 'Multifactor authentication required',
  mfa_token: MFA_TOKEN,
  mfa_requirements: { challenge: [{ type: 'otp' }, { type: 'recovery-code' }] },
};

describe('R-097: a refresh token', () => {
  test('R-105: gives the next one, and tokens that say what the login proved and no more', async () => {
    const o = await offline();
    const at = Math.floor(o.t.clock.now() / 1000);
    const first = await refreshable(o, { nonce: 'n' });
    o.t.clock.advance(5000);
    const answer = await o.v.refresh(first);
    expectAnswer(answer, 200, {
      access_token: JWT,
      id_token: JWT,
      refresh_token: REFRESH,
      scope: 'openid profile read:notes offline_access',
      expires_in: 86400,
      token_type: 'Bearer',
    });
    expect(answer.body.refresh_token).not.toBe(first);
    const proved = { amr: ['pwd', 'otp', 'mfa'], acr: MULTI_FACTOR, auth_time: at };
    const id = decodeJwt(answer.body.id_token);
    expect(id).toMatchObject({ sub: 'u1', aud: 'app', iat: at + 5000, ...proved });
    expect(id).not.toHaveProperty('nonce');
    const access = decodeJwt(answer.body.access_token);
    expect(access).toMatchObject({ ...proved, gty: 'refresh_token', azp: 'app' });
    expect(access.aud).toEqual([API, 'https://auth.example.com/userinfo']);
    expect(o.t.events.map(({ event }) => event)).toContain('token.refreshed');
  });

  test('that was used before ends the family', async () => {
    const o = await offline();
    const first = await refreshable(o);
    const { refresh_token: second } = (await o.v.refresh(first).expect(200)).body;
    expectAnswer(await o.v.refresh(first), 403, UNKNOWN);
    expectAnswer(await o.v.refresh(second), 403, UNKNOWN);
    const [alert, ...more] = o.t.events.filter((it) => it.alert);
    expect(alert).toMatchObject({ event: 'token.reuse_detected', userId: 'u1', clientId: 'app' });
    expect(more).toEqual([]);
    const { events } = await o.t.mfa.auditLog({ limit: 1000 });
    expect(events.map(({ event }) => event)).toContain('token.reuse_detected');
  });

  test('that ends leaves other families as they are', async () => {
    const o = await offline();
    const [one, other] = [await refreshable(o), await refreshable(o)];
    await o.v.refresh(one).expect(200);
    await o.v.refresh(one).expect(403);
    await o.v.refresh(other).expect(200);
  });

  test.each([
    ['idle for 14 days', [14 * DAY], 403],
    ['idle for almost 14 days', [14 * DAY - 1], 200],
    ['used every week, for 30 days', [7 * DAY, 7 * DAY, 7 * DAY, 7 * DAY, 2 * DAY], 403],
    ['used every week, for almost 30 days', [7 * DAY, 7 * DAY, 7 * DAY, 7 * DAY, 2 * DAY - 1], 200],
  ])('%s', async (_, waits, status) => {
    const o = await offline();
    let token = await refreshable(o);
    for (const [i, seconds] of waits.entries()) {
      o.t.clock.advance(seconds);
      const answer = await o.v.refresh(token);
      expect(answer.status).toBe(i === waits.length - 1 ? status : 200);
      token = answer.body.refresh_token;
    }
  });

  test.each([
    ['another client', { client_id: 'native' }],
    ['a client that has the grant no more', { client_id: 'norefresh' }],
  ])('R-102: of %s is refused, and stays good for its owner', async (_, body) => {
    const o = await offline();
    const token = await refreshable(o);
    expect((await o.v.refresh(token, body)).status).toBe(403);
    await o.v.refresh(token).expect(200);
  });

  test.each([
    ['cut off', (it: string) => it.slice(0, -1)],
    ['of another family', (it: string) => `${it.slice(0, -22)}${'A'.repeat(22)}`],
    ['with more behind it', (it: string) => `${it}.x`],
    ['without its family', (it: string) => it.split('.')[0] ?? ''],
    ['an mfa_token', (it: string) => it.replace('rt_', 'mfa_')],
    ['made up', () => 'rt_token'],
  ])('that is %s is none', async (_, change) => {
    const o = await offline();
    const token = await refreshable(o);
    expectAnswer(await o.v.refresh(change(token)), 403, UNKNOWN);
    await o.v.refresh(token).expect(200);
  });

  test('R-093: opens nothing but the token endpoint', async () => {
    const o = await offline();
    const bearer = { Authorization: `Bearer ${await refreshable(o)}` };
    expect((await o.v.agent.get('/mfa/authenticators').set(bearer)).status).toBe(401);
    expect((await o.v.agent.get('/userinfo').set(bearer)).status).toBe(401);
    expect((await o.v.agent.post('/mfa/associate').set(bearer)).status).toBe(401);
  });

  test('R-044: stands in the store as a hash', async () => {
    const o = await offline();
    const token = await refreshable(o);
    const ids = await o.t.mfa.store.accounts(undefined, 100);
    const accounts = await Promise.all(ids.map((userId) => o.t.mfa.store.load({ userId })));
    const text = JSON.stringify(accounts);
    expect(text).toContain('"live\\":[{');
    expect(text).not.toContain(token.split('.')[0]?.slice(3));
  });
});

describe('R-097: never wider', () => {
  test.each([
    ['openid', 'openid'],
    ['openid read:notes write:notes email', 'openid read:notes'],
    ['openid profile offline_access', 'openid profile offline_access'],
    ['write:notes', ''],
  ])('scope %s gives %s', async (scope, granted) => {
    const o = await offline();
    const { body } = await o.v.refresh(await refreshable(o), { scope }).expect(200);
    expect(body.scope).toBe(granted);
    expect(decodeJwt(body.access_token)['scope']).toBe(granted);
    const again = await o.v.refresh(body.refresh_token).expect(200);
    expect(again.body.scope).toBe('openid profile read:notes offline_access');
  });

  test.each(['https://auth.example.com/userinfo', 'https://other.example.com/'])(
    'audience %s is refused, and the token stays good',
    async (audience) => {
      const o = await offline();
      const token = await refreshable(o);
      expectAnswer(await o.v.refresh(token, { audience }), 403, {
        error: 'access_denied',
        error_description: `Service not found: ${audience}`,
      });
      const { body } = await o.v.refresh(token, { audience: API, redirect_uri: CALLBACK });
      expect(decodeJwt(body.access_token).aud).toContain(API);
    },
  );
});

describe('R-098: the MFA API by refresh', () => {
  const mfaLogin = { audience: MFA_AUDIENCE, scope: 'openid enroll offline_access' };

  test('of a login that asked for it, within 300 seconds of the second factor', async () => {
    const o = await offline();
    const token = await refreshable(o, mfaLogin);
    o.t.clock.advance(300);
    const { body } = await o.v.refresh(token).expect(200);
    expect(body).toMatchObject({ scope: 'openid enroll offline_access', expires_in: 600 });
    o.t.clock.advance(1);
    expectAnswer(await o.v.refresh(body.refresh_token), 403, CHALLENGED);
    expectAnswer(await o.v.refresh(body.refresh_token), 403, CHALLENGED); // not replaced, no replay
  });

  test.each([0, 1000])(
    'of a login that did not, %i seconds after it: only with a second factor of now',
    async (seconds) => {
      const o = await offline();
      const token = await refreshable(o);
      o.t.clock.advance(seconds);
      const wanted = { audience: MFA_AUDIENCE, scope: 'openid email enroll offline_access' };
      const refused = await o.v.refresh(token, wanted);
      expectAnswer(refused, 403, CHALLENGED);
      const proof = { mfa_token: refused.body.mfa_token, otp: nextTotp(o) };
      const { body } = await o.v.token({ grant_type: OTP_GRANT, ...proof }).expect(200);
      expect(body).toMatchObject({ scope: 'openid enroll', expires_in: 600 });
      expect(body).not.toHaveProperty('refresh_token');
      await o.v.refresh(token).expect(200);
    },
  );

  test('of a user without an authenticator: enroll first', async () => {
    const o = await offline({ policy: () => 'enroll' });
    const bob = { username: 'bob@example.com', password: 'battery staple' };
    const login = { grant_type: 'password', ...bob, ...mfaLogin };
    const { body } = await o.v.token(login).expect(200); // to enroll the first one with
    const refused = await o.v.refresh(body.refresh_token);
    expect(refused.status).toBe(403);
    expect(refused.body.error).toBe('mfa_required');
    expect(refused.body.mfa_requirements).toHaveProperty('enroll');
  });
});

describe('R-003: the policy is asked again', () => {
  test('a login by password alone has to be proved once its user has an authenticator', async () => {
    let policy: 'none' | 'enroll' = 'none';
    const o = await offline({ policy: (user) => (user.id === 'u1' ? 'enroll' : policy) });
    const login = { username: 'bob@example.com', password: 'battery staple', scope: OFFLINE };
    const answer = await o.v.token({ grant_type: 'password', audience: API, ...login }).expect(200);
    const { body } = await o.v.refresh(answer.body.refresh_token).expect(200);
    expect(decodeJwt(body.access_token)['amr']).toEqual(['pwd']);
    policy = 'enroll';
    const refused = await o.v.refresh(body.refresh_token);
    expect([refused.status, refused.body.error]).toEqual([403, 'mfa_required']);
    policy = 'none';
    await o.v.refresh(body.refresh_token).expect(200);
  });

  test('a second factor of a kind that is not allowed any more has to be another', async () => {
    let kinds = ['otp'];
    const o = await offline({ policy: () => ({ challenge: kinds }) });
    const token = await refreshable(o);
    const { body } = await o.v.refresh(token).expect(200);
    kinds = ['phone'];
    expect((await o.v.refresh(body.refresh_token)).body.error).toBe('mfa_required');
  });

  test('R-008: by password and second factor, the refresh token comes after the second factor', async () => {
    const o = await offline();
    const login = { username: 'ann@example.com', password: 'correct horse', scope: OFFLINE };
    const refused = await o.v.token({ grant_type: 'password', audience: API, ...login });
    expectAnswer(refused, 403, CHALLENGED);
    const proof = { mfa_token: refused.body.mfa_token, otp: nextTotp(o) };
    const { body } = await o.v.token({ grant_type: OTP_GRANT, ...proof }).expect(200);
    expect(body).toMatchObject({
      refresh_token: REFRESH,
      scope: expect.stringContaining('offline'),
    });
    const again = await o.v.refresh(body.refresh_token).expect(200);
    expect(decodeJwt(again.body.access_token)['amr']).toEqual(['pwd', 'otp', 'mfa']);
  });

  test('a client without the grant gets no refresh token', async () => {
    const o = await offline();
    const code = await o.v.code({ client_id: 'norefresh', scope: OFFLINE, audience: API });
    const { body } = await o.v.exchange(code, { client_id: 'norefresh' }).expect(200);
    expect(body).not.toHaveProperty('refresh_token');
    expect(body.scope).toBe('openid profile read:notes');
  });
});

describe('what ends every family of a user', () => {
  test('R-013: a change of the password', async () => {
    const o = await offline();
    const tokens = [await refreshable(o), await refreshable(o)];
    await o.t.mfa.onPasswordChanged('u1');
    for (const token of tokens) expectAnswer(await o.v.refresh(token), 403, UNKNOWN);
  });

  test('R-062: that the user is gone, whether the host says so or not', async () => {
    const gone = {
      error: 'invalid_grant',
      error_description: "The refresh_token was generated for a user who doesn't exist anymore.",
    };
    const ann = { id: 'u1', email: 'ann@example.com', password: 'correct horse' };
    const seedUsers = [ann];
    const o = await offline({ seedUsers });
    const [one, other] = [await refreshable(o), await refreshable(o)];
    seedUsers.pop();
    expectAnswer(await o.v.refresh(one), 403, gone);
    await o.t.mfa.onUserDeleted('u1');
    expectAnswer(await o.v.refresh(other), 403, gone);
    seedUsers.push(ann);
    expectAnswer(await o.v.refresh(other), 403, gone); // a new user of this id is another one
  });

  test('R-062: a blocked user gets nothing for a while', async () => {
    const ann = { id: 'u1', email: 'ann@example.com', password: 'correct horse', blocked: false };
    const o = await offline({ seedUsers: [ann] });
    const token = await refreshable(o);
    ann.blocked = true;
    expectAnswer(await o.v.refresh(token), 401, {
      error: 'unauthorized',
      error_description: 'user is blocked',
    });
    ann.blocked = false;
    await o.v.refresh(token).expect(200);
  });

  test('a user keeps 20 with one client: the one that was not used for the longest time ends', async () => {
    const o = await offline();
    const tokens: string[] = [];
    for (let i = 0; i < 20; i++) {
      o.t.clock.advance(1);
      tokens.push(await refreshable(o));
    }
    o.t.clock.advance(1);
    const [first = '', second = ''] = tokens;
    await o.v.refresh(first).expect(200);
    o.t.clock.advance(1);
    await refreshable(o);
    expectAnswer(await o.v.refresh(second), 403, UNKNOWN);
    await o.v.refresh(tokens[2] ?? '').expect(200);
  });
});

describe('R-099: POST /oauth/revoke', () => {
  const empty = { status: 200, text: '' };

  test('ends the family, by any of its tokens', async () => {
    const o = await offline();
    const revoke = (token: string) =>
      o.v.agent.post('/oauth/revoke').send({ client_id: 'app', token });
    const first = await refreshable(o);
    const { body } = await o.v.refresh(first).expect(200);
    expect(await revoke(first)).toMatchObject(empty);
    expectAnswer(await o.v.refresh(body.refresh_token), 403, UNKNOWN);
    expect(await revoke(first)).toMatchObject(empty);
    expect(o.t.events.filter(({ event }) => event === 'token.revoked')).toHaveLength(1);
  });

  test.each(['unknown', 'rt_unknown', 'a.b.c', `rt_${'A'.repeat(70)}.x.y`])(
    'answers 200 for %s',
    async (token) => {
      const { v } = await offline();
      const answer = await v.agent
        .post('/oauth/revoke')
        .type('form')
        .send({ client_id: 'app', token });
      expect(answer).toMatchObject(empty);
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  test('R-102: takes the client that it was given to, authenticated', async () => {
    const o = await offline();
    const site = { client_id: 'site', redirect_uri: 'https://site.example.com/callback' };
    const secret = { client_secret: 'site-secret' };
    const code = await o.v.code({ ...site, scope: OFFLINE });
    const { refresh_token: token } = (await o.v.exchange(code, { ...site, ...secret })).body;
    const revoke = (body: object) => o.v.agent.post('/oauth/revoke').send({ token, ...body });
    const { client_id } = site;
    expectAnswer(await revoke({ client_id }), 401, {
      error: 'invalid_client',
      error_description: 'Client authentication failed',
    });
    expectAnswer(await revoke({ client_id: 'app' }), 400, {
      error: 'invalid_request',
      error_description: 'The refresh token was issued to another client',
    });
    expectAnswer(await revoke({ client_id: 'app', token: undefined }), 400, {
      error: 'invalid_request',
      error_description: 'Missing required parameter: token',
    });
    const next = (await o.v.refresh(token, { client_id, ...secret }).expect(200)).body;
    expect(await revoke({ client_id, ...secret })).toMatchObject(empty);
    const dead = await o.v.refresh(next.refresh_token, { client_id, ...secret });
    expectAnswer(dead, 403, UNKNOWN);
  });

  test('says that it cannot revoke an access token', async () => {
    const o = await offline();
    const { body } = await o.v.exchange(await o.v.code()).expect(200);
    const revoke = { client_id: 'app', token: body.access_token };
    expectAnswer(await o.v.agent.post('/oauth/revoke').send(revoke), 400, {
      error: 'unsupported_token_type',
      error_description: 'Access tokens cannot be revoked, they end by themselves',
    });
  });
});

describe.each(storeKinds)('on %s', (_, makeStores) => {
  test('R-006, R-097: of 50 copies of a refresh token at once, on two processes, one succeeds, and its family ends', {
    timeout: 60_000,
  }, async () => {
    const o = await offline({ makeStores, slow: 4 });
    const token = await refreshable(o);
    const answers = await copies(50, (i) => o.at(i).refresh(token));
    const [first, ...more] = answers.filter(({ status }) => status === 200);
    expect(more).toEqual([]);
    expect(first).toBeDefined();
    for (const it of answers) expect([200, 403, 429]).toContain(it.status);
    expectAnswer(await o.at(1).refresh(first?.body.refresh_token), 403, UNKNOWN);
  });

  test('R-097: families of one login at once do not end each other', {
    timeout: 60_000,
  }, async () => {
    const o = await offline({ makeStores, slow: 4 });
    const tokens = await copies(8, () => refreshable(o));
    const answers = await copies(8, (i) => o.at(i).refresh(tokens[i] ?? ''));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  });

  test('records of families go when nobody can use them any more', async () => {
    const o = await offline({ makeStores });
    await refreshable(o);
    const reserved = async () =>
      (await o.t.mfa.store.accounts(undefined, 100)).filter((it) => it.includes('refresh'));
    expect(await reserved()).toHaveLength(1);
    o.t.clock.advance(29 * DAY);
    await o.t.mfa.purge();
    expect(await reserved()).toHaveLength(1);
    o.t.clock.advance(3 * DAY);
    for (let i = 0; i < 4; i++) {
      await o.t.mfa.purge();
      o.t.clock.advance(2 * DAY);
    }
    expect(await reserved()).toEqual([]);
  });
});
