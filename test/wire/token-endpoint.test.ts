import { describe, expect, test } from 'vitest';
import { client, testApp, testUsers } from '../support/app.js';
import { expectAnswer, expectError, JWT } from './answers.js';
import { API } from './steps.js';

const REALM_GRANT = 'http://auth0.com/oauth/grant-type/password-realm';
const none = { policy: () => 'none' as const };

describe('POST /oauth/token with a password', () => {
  test('gives the tokens at once when the policy demands no second factor', async () => {
    const { app } = await testApp(none);
    expectAnswer(await client(app).login(), 200, {
      access_token: JWT,
      scope: '',
      expires_in: 86400,
      token_type: 'Bearer',
    });
  });

  test('has an id_token only with openid, and no refresh_token for offline_access', async () => {
    const { app } = await testApp(none);
    const scope = 'openid profile email offline_access read:unknown';
    expectAnswer(await client(app).login({ scope }), 200, {
      access_token: JWT,
      id_token: JWT,
      scope: 'openid profile email',
      expires_in: 86400,
      token_type: 'Bearer',
    });
    const without = await client(app).login({ scope: 'profile' });
    expect(without.body).not.toHaveProperty('id_token');
  });

  test('grants every scope of the audience when none is asked for, else what is asked for', async () => {
    const { app } = await testApp(none);
    const c = client(app);
    const scopeOf = async (scope?: string) => (await c.login({ audience: API, scope })).body.scope;
    expect(await scopeOf()).toBe('read:notes write:notes');
    expect(await scopeOf('write:notes')).toBe('write:notes');
    expect(await scopeOf('write:notes openid enroll')).toBe('openid write:notes');
  });

  test('refuses an audience that nobody configured', async () => {
    const { app } = await testApp(none);
    const answer = await client(app).login({ audience: 'https://elsewhere.example.com/' });
    const text = 'Service not found: https://elsewhere.example.com/';
    expectError(answer, 403, 'access_denied', text);
  });

  test('gives the lifetime of the API and of the options', async () => {
    const apis = [{ audience: API, scopes: [], accessTokenLifetime: 120 }];
    const { app } = await testApp({ ...none, apis, lifetimes: { accessToken: 900 } });
    expect((await client(app).login()).body.expires_in).toBe(900);
    expect((await client(app).login({ audience: API })).body.expires_in).toBe(120);
  });

  test('says the same for a wrong password and an unknown user', async () => {
    const { app } = await testApp();
    for (const username of ['ann@example.com', 'nobody@example.com']) {
      const answer = await client(app).login({ username, password: 'wrong' });
      expectError(answer, 403, 'invalid_grant', 'Wrong email or password.');
    }
  });

  test('takes a form like JSON, and a password of any characters', async () => {
    const password = 'a&b=c+d %41 ä\n"€"';
    const seedUsers = [{ ...testUsers[0], id: 'u1', email: 'ann@example.com', password }];
    const { app } = await testApp({ ...none, seedUsers });
    const { http } = client(app);
    const body = {
      grant_type: 'password',
      client_id: 'spa',
      username: 'ann@example.com',
      password,
    };
    await http.post('/oauth/token').send(body).expect(200);
    await http.post('/oauth/token').type('form').send(body).expect(200);
  });
});

describe('POST /oauth/token with a password in a realm', () => {
  test('hands the realm to the host, and no realm with the plain grant', async () => {
    const realms: unknown[] = [];
    const users = {
      findById: () => testUsers[0],
      authenticate(_name: string, _password: string, { realm }: { realm: string | undefined }) {
        realms.push(realm);
        return testUsers[0];
      },
    };
    const { app } = await testApp({ ...none, users });
    await client(app).login({ grant_type: REALM_GRANT, realm: 'staff' }).expect(200);
    await client(app).login({ realm: 'staff' }).expect(200);
    expect(realms).toEqual(['staff', undefined]);
  });

  test('needs the realm', async () => {
    const { app } = await testApp(none);
    const answer = await client(app).login({ grant_type: REALM_GRANT });
    expectError(answer, 400, 'invalid_request', 'Missing required parameter: realm');
  });

  test('can answer mfa_required like the plain grant', async () => {
    const { app } = await testApp();
    const answer = await client(app).login({ grant_type: REALM_GRANT, realm: 'staff' }).expect(403);
    expect(answer.body.error).toBe('mfa_required');
  });
});

describe('POST /oauth/token with another grant', () => {
  test('names the grant that it does not know', async () => {
    const { app } = await testApp();
    for (const grant of ['client_credentials', 'urn:x', 'toString', '__proto__']) {
      const answer = await client(app).token({ grant_type: grant });
      expectError(answer, 400, 'unsupported_grant_type', `Unsupported grant type: ${grant}`);
    }
  });

  test('needs a grant', async () => {
    const { app } = await testApp();
    const answer = await client(app).token({});
    expectError(answer, 400, 'invalid_request', 'Missing required parameter: grant_type');
  });
});
