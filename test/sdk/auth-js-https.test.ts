// @auth0/auth0-auth-js as it is, over https, trusting the certificate as an operator would tell it to.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { selfSigned } from './certificate.js';
import { type SdkServer, sdkServer } from './server.js';

type Sent = { want: 'message' } | { want: 'otp'; secret: string } | { done: unknown };

/** Runs the script against the server. @returns what it found */
function run(server: SdkServer, ca: string): Promise<unknown> {
  const script = fileURLToPath(new URL('./auth-js-flow.js', import.meta.url));
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca };
  const child = fork(script, [server.domain], { env, execArgv: [], stdio: 'pipe' });
  onTestFinished(() => void child.kill());
  let log = '';
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('message', (sent: Sent) => {
      if ('done' in sent) resolve(sent.done);
      else child.send(sent.want === 'otp' ? server.otp(sent.secret) : server.code());
    });
    child.on('exit', () => reject(new Error(log)));
  });
}

test.each(['localhost', '127.0.0.1'])(
  'the whole flow over https at %s',
  async (host) => {
    const tls = selfSigned();
    const folder = mkdtempSync(join(tmpdir(), 'mfa-ca-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, tls.cert);
    const server = await sdkServer({ tls, host });
    expect(await run(server, ca)).toEqual({
      issuer: `https://${server.domain}/`,
      claims: expect.objectContaining({ iss: server.issuer, aud: 'web', sub: 'u1' }),
      list: [
        ['sms', true, 'phone'],
        ['voice', true, 'phone'],
        ['totp', true, 'otp'],
        ['recovery-code', true, 'recovery-code'],
      ],
      left: 3,
      refused: ['MfaListAuthenticatorsError', 401, 'invalid_grant'],
    });
  },
  20_000,
);
