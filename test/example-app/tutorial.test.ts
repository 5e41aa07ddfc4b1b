import { createServer } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { masked } from '../support/masked.js';
import { build, directory, endAfterwards, outcome, run, start } from './process.js';

endAfterwards();

beforeAll(build, 60_000);

/** Members and texts of the wire that the three steps show. */
const SHOWN = [
  'POST http://localhost:',
  '/oauth/token',
  '"error": "mfa_required"',
  '"error_description": "Multifactor authentication required"',
  '"mfa_token": "mfa_',
  '"mfa_requirements": { "enroll": [ { "type": "otp" }, { "type": "phone" } ] }',
  '/mfa/associate',
  '"authenticator_type": "oob"',
  '"binding_method": "prompt"',
  '"oob_channel": "sms"',
  '"oob_code": "oob_',
  '"recovery_codes": [ "',
  '/dev/outbox.json?to=%2B1',
  'is your localhost verification code.',
  'grant_type=http://auth0.com/oauth/grant-type/mfa-oob',
  'binding_code=',
  '"access_token": "eyJ',
  '"id_token": "eyJ',
  '"expires_in": 86400',
  '"token_type": "Bearer"',
  '/mfa/authenticators',
  '"id": "sms|dev_',
  '"id": "voice|dev_',
  '"active": true',
  `"name": "${masked('0')}`,
  '"type": "phone"',
  '"authenticator_type": "recovery-code"',
  'the access token verifies against the JWKS',
];

async function tutorial(port: number) {
  const { code, output } = await outcome(run('tutorial.js', directory(), { PORT: String(port) }));
  expect(SHOWN.filter((text) => !output.includes(text))).toEqual([]);
  expect(output.match(/→ (\d{3})/g)).toEqual(
    ['403', '200', '200', '200', '403', '200'].map((it) => `→ ${it}`),
  );
  expect(code).toBe(0);
  return output;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

describe('the tutorial', { timeout: 30_000 }, () => {
  test('starts an app when none runs, and ends it', async () => {
    const port = await freePort();
    const output = await tutorial(port);
    expect(output).not.toContain(`http://localhost:${port}/`);
    const url = /POST (http:\/\/localhost:\d+)\//.exec(output)?.[1] as string;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  test('talks to the app that runs, and again with another user', async () => {
    const app = await start(directory(), { DATABASE_URL: 'memory:' });
    expect(await tutorial(app.port)).toContain(`POST http://localhost:${app.port}/oauth/token`);
    expect(await tutorial(app.port)).toContain('username=tutorial2@example.com');
  });
});
