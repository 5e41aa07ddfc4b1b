import { describe, expect, test } from 'vitest';
import { client, enrollPhone, testApp } from '../support/app.js';
import { spareApp } from '../support/attack.js';
import { expectError } from './answers.js';
import { exchange, listening } from './raw-http.js';
import { mfaApiToken } from './steps.js';

describe('an authenticator id in the path', () => {
  test('is decoded once, and found only as it is', async () => {
    const t = await testApp();
    const { id } = await enrollPhone(t);
    const bearer = await mfaApiToken(t);
    await spareApp(t);
    const suffix = id.split('|')[1] ?? '';
    const remove = (port: number, segment: string) => {
      const head = `DELETE /mfa/authenticators/${segment} HTTP/1.1\r\nHost: x\r\n`;
      return exchange(port, [
        `${head}Authorization: Bearer ${bearer}\r\nConnection: close\r\n\r\n`,
      ]);
    };
    await listening(t.app, async (port) => {
      const odd = [
        `sms%257C${suffix}`,
        `SMS%7C${suffix}`,
        `sms%7C${suffix.toLowerCase()}`,
        `sms%7C${suffix}.`,
        `sms%7C${suffix}%00`,
        `sms%7C${suffix}%20`,
        `%20sms%7C${suffix}`,
        `email%7C${suffix}`,
        `%7C${suffix}`,
        suffix,
        '..',
        '%2e%2e',
        '..%2fauthenticators',
        '%zz',
        '%ff',
        '__proto__',
        'x'.repeat(4000),
      ].filter((it) => it !== `sms%7C${suffix}`);
      for (const segment of odd) {
        const { status, body } = await remove(port, segment);
        expect({ segment, status, body }).toEqual({
          segment,
          status: 404,
          body: { error: 'invalid_authenticator', error_description: 'Authenticator not found' },
        });
      }
      expect((await remove(port, `sms%7c${suffix}`)).status).toBe(204);
    });
  });

  test('may have its bar as it is', async () => {
    const t = await testApp();
    const { id } = await enrollPhone(t);
    const bearer = await mfaApiToken(t);
    await spareApp(t);
    await listening(t.app, async (port) => {
      const head = `DELETE /mfa/authenticators/${id} HTTP/1.1\r\nHost: x\r\n`;
      const answer = await exchange(port, [`${head}Authorization: Bearer ${bearer}\r\n\r\n`]);
      expect([answer.status, answer.closed]).toEqual([204, false]);
    });
  });
});

describe('a method that a path does not have', () => {
  test.each([
    ['GET', '/oauth/token', 'POST, OPTIONS'],
    ['PUT', '/oauth/token', 'POST, OPTIONS'],
    ['GET', '/mfa/associate', 'POST, OPTIONS'],
    ['DELETE', '/mfa/challenge', 'POST, OPTIONS'],
    ['POST', '/mfa/authenticators', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/mfa/authenticators', 'GET, HEAD, OPTIONS'],
    ['GET', '/mfa/authenticators/sms%7Cdev_x', 'DELETE, OPTIONS'],
    ['PATCH', '/mfa/authenticators/sms%7Cdev_x', 'DELETE, OPTIONS'],
    ['POST', '/.well-known/jwks.json', 'GET, HEAD, OPTIONS'],
  ])('%s %s answers 405 and what there is', async (method, path, allow) => {
    const { app } = await testApp();
    const request = client(app).http[method.toLowerCase() as 'get'](path);
    const answer = await request;
    expectError(answer, 405, 'invalid_request', `Method not allowed: use ${allow}`);
    expect(answer.headers['allow']).toBe(allow);
  });

  test('has no body after HEAD', async () => {
    const { app } = await testApp();
    const answer = await client(app).http.head('/oauth/token').expect(405);
    expect(answer.text ?? '').toBe('');
  });
});

describe('a connection', () => {
  test('is kept after an error when the request was read to its end', async () => {
    const { app } = await testApp();
    const list = 'GET /mfa/authenticators HTTP/1.1\r\nHost: x\r\n\r\n';
    const post = 'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';
    const wrong = 'GET /oauth/token HTTP/1.1\r\nHost: x\r\n\r\n';
    await listening(app, async (port) => {
      for (const [request, status] of [
        [list, 401],
        [post, 400],
        [wrong, 405],
      ] as const) {
        const answer = await exchange(port, [request]);
        expect([answer.status, answer.closed]).toEqual([status, false]);
        expect(answer.headers['connection']).not.toBe('close');
      }
    });
  });
});
