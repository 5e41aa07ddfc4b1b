import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import { client, OTP, SMS, testApp } from '../support/app.js';
import { expectError, expectRefusal } from './answers.js';
import { mfaToken } from './steps.js';

const LOGIN = {
  grant_type: 'password',
  client_id: 'spa',
  username: 'ann@example.com',
  password: 'correct horse',
};
const none = { policy: () => 'none' as const };
const prefix = 'http://auth0.com/oauth/grant-type/';

/** Every parameter of the wire that is one string, in a request that is right but for it. */
const requests = {
  login: [
    ['grant_type', 'client_id', 'client_secret', 'username', 'password', 'scope', 'audience'],
    LOGIN,
  ],
  realm: [['realm'], { ...LOGIN, grant_type: `${prefix}password-realm`, realm: 'x' }],
  oob: [
    ['mfa_token', 'oob_code', 'binding_code'],
    { client_id: 'spa', grant_type: `${prefix}mfa-oob` },
  ],
  otp: [['otp'], { client_id: 'spa', grant_type: `${prefix}mfa-otp` }],
  recovery: [['recovery_code'], { client_id: 'spa', grant_type: `${prefix}mfa-recovery-code` }],
} as const;

const values = [['x'], [['x', 'y']], { $ne: null }, {}, [], 1, 0, 1.5, true, false].flat(0);

describe('a parameter of the token endpoint that is no string', () => {
  for (const [name, [parameters, body]] of Object.entries(requests)) {
    test.each([...parameters])(`${name}: %s`, async (parameter) => {
      const t = await testApp(none);
      const given = { ...body, mfa_token: 'mfa_x', oob_code: 'x', binding_code: '123456' };
      if (name !== 'login' && name !== 'realm') {
        const real = await testApp();
        Object.assign(given, { mfa_token: await mfaToken(real) });
      }
      for (const value of values) {
        const answer = await client(t.app)
          .http.post('/oauth/token')
          .send({ ...given, [parameter]: value });
        expectRefusal(answer, 400);
        expect(answer.body.error_description).toContain(parameter);
      }
    });
  }

  test('of a challenge is refused too', async () => {
    const t = await testApp();
    const right = { client_id: 'spa', mfa_token: await mfaToken(t) };
    for (const name of [
      'mfa_token',
      'client_id',
      'challenge_type',
      'authenticator_id',
      'oob_channel',
    ]) {
      for (const value of values) {
        const answer = await client(t.app)
          .http.post('/mfa/challenge')
          .send({ ...right, [name]: value });
        expectRefusal(answer, 400);
      }
    }
  });

  test('of an enrollment is refused too, and nothing is sent', async () => {
    const t = await testApp();
    const token = await mfaToken(t);
    const lists = { authenticator_types: [[['otp']], [1]], oob_channels: [[['sms']], [null]] };
    for (const [name, wrong] of Object.entries({
      phone_number: values,
      client_id: values,
      ...lists,
    })) {
      for (const value of [...wrong, { length: 1, 0: 'otp' }, 7, true]) {
        expectRefusal(await client(t.app).associate(token, { ...SMS, [name]: value }), 400);
      }
    }
    const many = await client(t.app).associate(token, {
      authenticator_types: Array(11).fill('otp'),
    });
    expectRefusal(many, 400);
    expect(t.messages).toEqual([]);
  });
});

describe('a parameter that is sent twice', () => {
  const twice = async (type: string, body: string): Promise<Response> => {
    const { app } = await testApp(none);
    return client(app).http.post('/oauth/token').set('Content-Type', type).send(body);
  };
  const form = new URLSearchParams(LOGIN).toString();

  test.each([
    ['client_id=spa', 'client_id'],
    ['password=x', 'password'],
    ['%63lient_id=web', 'client_id'],
    ['x=1&x=2', 'x'],
  ])('in a form is refused: %s', async (more, name) => {
    const answer = await twice('application/x-www-form-urlencoded', `${form}&${more}`);
    expectError(answer, 400, 'invalid_request', `Parameter sent twice: ${name}`);
  });

  test.each([
    ['"client_id":"spa"', 'client_id'],
    ['"pass\\u0077ord":"x"', 'password'],
    ['"__proto__":1,"__proto__":2', '__proto__'],
  ])('in JSON is refused: %s', async (more, name) => {
    const answer = await twice('application/json', `{${more},${JSON.stringify(LOGIN).slice(1)}`);
    expectError(answer, 400, 'invalid_request', `Parameter sent twice: ${name}`);
  });

  test('but may stand again inside of another value', async () => {
    const body = { other: { client_id: 'a', x: [{ client_id: 'b:{"' }] }, ...LOGIN };
    expect((await twice('application/json', JSON.stringify(body))).status).toBe(200);
  });

  test('in the query does not count', async () => {
    const { app } = await testApp(none);
    await client(app).http.post('/oauth/token?client_id=web&password=x').send(LOGIN).expect(200);
  });
});

describe('a parameter that is', () => {
  test('null, empty or unknown is as if it were absent', async () => {
    const { app } = await testApp(none);
    const body = { ...LOGIN, scope: null, audience: '', client_secret: null, code: 7, message: {} };
    await client(app).http.post('/oauth/token').send(body).expect(200);
    for (const nothing of [null, '']) {
      const answer = await client(app).login({ username: nothing });
      expectError(answer, 400, 'invalid_request', 'Missing required parameter: username');
    }
  });

  test('longer than 2,048 characters or has control characters is refused', async () => {
    const { app } = await testApp(none);
    for (const username of ['x'.repeat(2049), 'a\u0000b', 'a\nb', 'a\u001bb', 'a\u007fb']) {
      expectRefusal(await client(app).login({ username }), 400);
    }
    const long = await client(app).login({ username: 'x'.repeat(2048) });
    expect(long.status).toBe(403);
  });

  test('named like a member of every object changes nothing', async () => {
    const t = await testApp(none);
    const { http } = client(t.app);
    const names = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'length'];
    for (const name of names) {
      const json = `{"${name}":{"polluted":true,"client_id":"web"},${JSON.stringify(LOGIN).slice(1)}`;
      await http.post('/oauth/token').type('json').send(json).expect(200);
      const form = `${name}=x&${name}[polluted]=true&${new URLSearchParams(LOGIN).toString()}`;
      await http.post('/oauth/token').type('form').send(form).expect(200);
    }
    const nested = '{"constructor":{"prototype":{"polluted":true}}}';
    expectRefusal(await http.post('/oauth/token').type('json').send(nested), 400);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const inherited = await http
      .post('/oauth/token')
      .type('json')
      .send(`{"__proto__":${JSON.stringify(LOGIN)}}`);
    expectError(inherited, 400, 'invalid_request', 'Missing required parameter: grant_type');
  });

  test('of a user or a client named like one finds nobody', async () => {
    const t = await testApp();
    const token = await mfaToken(t);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect((await client(t.app, name).login()).status).toBe(401);
      expect((await client(t.app).login({ username: name })).status).toBe(403);
      expect((await client(t.app).login({ audience: name })).status).toBe(403);
      expect(
        (await client(t.app).challenge({ mfa_token: token, authenticator_id: name })).status,
      ).toBe(404);
      expectRefusal(
        await client(t.app).associate(token, { ...OTP, authenticator_types: name }),
        400,
      );
    }
  });
});
