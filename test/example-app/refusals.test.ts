// What the example app's own routes answer when a request, a queue or Redis is broken: never a 500, and nothing of the body
// in the log.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis.js';
import { build, directory, endAfterwards, send, start } from './process.js';

endAfterwards();

beforeAll(build, 60_000);

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const MANY = new URLSearchParams(Array.from({ length: 1200 }, (_, i) => [`p${i}`, '1']));

const BROKEN = [
  ['JSON that ends too early', 400, JSON_TYPE, '{"username":"ann@example.com","password":"hunter2'],
  ['JSON with a value without quotes', 400, JSON_TYPE, '{"password":hunter2}'],
  ['JSON that is no object', 400, JSON_TYPE, 'hunter2'],
  ['a body of 20 KB', 413, FORM_TYPE, `password=hunter2${'x'.repeat(20_000)}`],
  ['1200 parameters', 413, FORM_TYPE, `password=hunter2&${MANY}`],
  ['another charset', 415, { 'content-type': 'application/json; charset=latin1' }, '{}'],
  ['a coding nobody knows', 415, { ...JSON_TYPE, 'content-encoding': 'hunter2' }, '{}'],
  ['gzip that is none', 400, { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'hunter2'],
] as const;

/** Sends until the server hangs up. */
function endless(port: number, path: string, length: string) {
  return new Promise<{ status: number; sent: number; ms: number }>((resolve) => {
    const began = performance.now();
    let [sent, answer] = [0, ''];
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('error', () => {});
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`; // of a form, chunked or not
    const timer = setInterval(() => {
      if (socket.writableLength === 0) socket.write(chunk);
      sent += chunk.length;
    }, 1);
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ status: Number(answer.slice(9, 12)), sent, ms: performance.now() - began });
    });
    const type = 'Content-Type: application/x-www-form-urlencoded';
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\n${type}\r\n${length}\r\n\r\n`);
  });
}

describe.concurrent('the example app refuses', { timeout: 60_000 }, () => {
  test('R-140 R-144: bodies that cannot be read, and logs nothing of them', async () => {
    const app = await start(directory());
    for (const path of ['/login', '/login/code', '/account/transfer']) {
      for (const [what, status, headers, body] of BROKEN) {
        const answer = await send(app.url + path, { method: 'POST', headers, body });
        expect([path, what, answer.status]).toEqual([path, what, status]);
        expect(answer.body.error).toBe('invalid_request');
      }
    }
    expect(JSON.stringify(app.log)).not.toMatch(/hunter|unter2|nter2/);
  });

  test.for(['Content-Length: 104857600', 'Transfer-Encoding: chunked'])(
    'R-122 F-12: a body without end, of which it reads no more than it has to: %s',
    async (length) => {
      const app = await start(directory());
      for (const path of ['/login', '/login/code', '/account/transfer', '/logout', '/nothing']) {
        const { status, sent, ms } = await endless(app.port, path, length);
        expect([path, status]).toEqual([path, path === '/nothing' ? 404 : 413]);
        expect(sent).toBeLessThan(4 * 1024 * 1024); // what the kernel takes in by itself
        expect(ms).toBeLessThan(3_000);
      }
    },
  );

  test('more logins at once than it can hash with 503, and says when to come again', async () => {
    const app = await start(directory());
    const body = { username: 'ann@example.com', password: 'wrong' };
    const one = async () =>
      send(`${app.url}/login`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) });
    const answers = await Promise.all(Array.from({ length: 260 }, one));
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([401, 503]));
    const busy = answers.find(({ status }) => status === 503);
    expect(busy?.body.error).toBe('temporarily_unavailable');
    expect(busy?.headers.get('retry-after')).toBe('1');
  });

  test('whoami without a second factor with 401, also in a browser', async () => {
    const app = await start(directory());
    const answer = await app.get('/api/whoami', { accept: 'text/html,*/*;q=0.8' });
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  });

  test('a wrong code as a wrong code', async () => {
    const app = await start(directory());
    const post = (path: string, body: object, cookie = '') =>
      send(app.url + path, {
        method: 'POST',
        headers: { ...JSON_TYPE, cookie },
        body: JSON.stringify(body),
      });
    const login = await post('/login', { username: 'bob@example.com', password: 'correct horse' });
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0];
    expect(await post('/login/code', { otp: '000000' }, cookie)).toMatchObject({
      status: 403,
      body: {
        error: 'invalid_grant',
        error_description: 'Wrong code, or its login is over.',
      },
    });
    expect(await post('/login', { username: 'bob@example.com', password: 'x' })).toMatchObject({
      status: 401,
      body: { error: 'access_denied', error_description: 'Wrong username or password.' },
    });
  });
});

test.for(['SIGSTOP', 'SIGKILL'] as const)(
  'F-07: a session in a Redis after %s: 503 in time',
  {
    timeout: 60_000,
  },
  async (signal, { skip }) => {
    const redis = await startRedis(await freePort());
    if (!redis) return skip('no Redis');
    const app = await start(directory(), { REDIS_URL: redis.url });
    const login = await send(`${app.url}/login`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ username: 'bob@example.com', password: 'correct horse' }),
    });
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    process.kill(redis.pid, signal);
    await sleep(100);
    const began = performance.now();
    const routes = ['/api/whoami', '/account', '/account/security', '/login/mfa'];
    const answers = await Promise.all(
      routes.map((path) => fetch(app.url + path, { headers: { cookie }, redirect: 'manual' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(routes.map(() => 503));
    expect(answers.map(({ headers }) => headers.get('retry-after'))).toEqual(routes.map(() => '5'));
    expect(performance.now() - began).toBeLessThan(5_000);
    await redis.stop();
  },
);
