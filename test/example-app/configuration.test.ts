import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { generateKeys } from 'express-mfa';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { build, directory, endAfterwards, outcome, run, start } from './process.js';

endAfterwards();

beforeAll(build, 60_000);

const PRODUCTION = {
  PORT: '0',
  NODE_ENV: 'production',
  DATABASE_URL: 'data',
  SMS_WEBHOOK_URL: 'http://127.0.0.1:9/',
  MFA_SECRETS: JSON.stringify(await generateKeys()),
};

describe.concurrent('the example app', { timeout: 60_000 }, () => {
  test.each([
    ['the memory store in production', { DATABASE_URL: 'memory:' }, 'DATABASE_URL=memory:'],
    ['generated secrets in production', { MFA_SECRETS: '' }, 'MFA_SECRETS is required'],
    ['the dev outbox in production', { SMS_WEBHOOK_URL: '' }, 'SMS_WEBHOOK_URL is required'],
    ['to trust every proxy', { TRUST_PROXY: 'true' }, 'TRUST_PROXY must name the proxies'],
    ['to trust every address', { TRUST_PROXY: '10.0.0.1, 0.0.0.0/0' }, 'TRUST_PROXY must name'],
    ['to trust every IPv6 address', { TRUST_PROXY: '::/0' }, 'TRUST_PROXY must name'],
    ['a network that is none', { TRUST_PROXY: '10.0.0.0/99' }, 'TRUST_PROXY must name'],
    ['more proxies than anybody has', { TRUST_PROXY: '100' }, 'TRUST_PROXY must name'],
    ['a port that is none', { PORT: '70000' }, 'PORT must be a number'],
    ['an issuer without its slash', { ISSUER: 'https://auth.example.com' }, 'ISSUER must end'],
    ['secrets that are not JSON', { MFA_SECRETS: 'hunter2' }, 'MFA_SECRETS must be JSON'],
  ])('refuses %s', async (_name, env, complaint) => {
    const { code, output } = await outcome(
      run('server.js', directory(), { ...PRODUCTION, ...env }),
    );
    expect(output).toContain(complaint);
    expect(output).not.toContain('hunter2');
    expect(code).toBe(1);
  });

  test('runs in production, with no outbox', async () => {
    const app = await start(directory(), { ...PRODUCTION, TRUST_PROXY: 'loopback' });
    expect((await app.get('/healthz')).status).toBe(200);
    expect((await app.get('/dev/outbox.json')).status).toBe(404);
    const secrets = Object.values(JSON.parse(PRODUCTION.MFA_SECRETS)).map((it) =>
      JSON.stringify(it),
    );
    expect(secrets.filter((secret) => JSON.stringify(app.log).includes(secret))).toEqual([]);
  });

  test('ends with 0 on SIGTERM, after what is in flight', async () => {
    const app = await start(directory());
    const login = request(`${app.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', expect: '100-continue' },
    });
    login.flushHeaders();
    await once(login, 'continue'); // it is in flight now
    const code = app.end('SIGTERM');
    await vi.waitFor(() => expect(app.log.at(-1)?.['event']).toBe('server.stopping'), 10_000);
    const user = { username: 'ann@example.com', password: 'correct horse' };
    const form = new URLSearchParams({ grant_type: 'password', client_id: 'spa', ...user });
    login.end(form.toString());
    const [response] = (await once(login, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(403);
    expect(await code).toBe(0);
  });
});
