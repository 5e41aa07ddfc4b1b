import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { build, directory, endAfterwards, PHONE, SMS, start } from './process.js';

endAfterwards();

beforeAll(build, 60_000);

/** The provider's end: one that accepts, answers 500, asks to wait, hangs, or is gone. */
async function gateway() {
  const received: { headers: IncomingMessage['headers']; body: Record<string, unknown> }[] = [];
  const it = { mode: 'accept' as 'accept' | 'fail' | 'busy' | 'hang', received, port: 0 };
  async function handle(request: IncomingMessage, response: ServerResponse) {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({ headers: request.headers, body: JSON.parse(text) });
    if (it.mode === 'hang') return;
    if (it.mode === 'busy') response.setHeader('Retry-After', '17');
    response.statusCode = { accept: 202, fail: 500, busy: 429 }[it.mode];
    response.end();
  }
  let server = createServer((request, response) => void handle(request, response));
  const open = async () => {
    server = createServer((request, response) => void handle(request, response));
    server.listen(it.port, '127.0.0.1');
    await once(server, 'listening');
    it.port = (server.address() as AddressInfo).port;
  };
  const close = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  await open();
  onTestFinished(close);
  return Object.assign(it, { open, close });
}

describe('the webhook', { timeout: 40_000 }, () => {
  test('receives every message as JSON; when it fails, nothing is left and a retry works', async () => {
    const sms = await gateway();
    const url = `http://127.0.0.1:${sms.port}/send`;
    const app = await start(directory(), { SMS_WEBHOOK_URL: url });
    const { mfa_token: mfaToken } = (await app.login('ann@example.com')).body;
    const attempt = async () => {
      const from = performance.now();
      const answer = await app.associate(mfaToken, SMS);
      expect(performance.now() - from).toBeLessThan(6_000);
      return answer;
    };
    const unavailable = {
      error: 'temporarily_unavailable',
      error_description: 'Messages cannot be sent at the moment. Try again later.',
    };
    const failed = {
      error: 'bad_gateway',
      error_description: 'The message could not be sent. Try again.',
    };

    sms.mode = 'hang';
    const hung = await attempt();
    expect([hung.status, hung.body]).toEqual([503, unavailable]);
    expect(Number(hung.headers.get('retry-after'))).toBeGreaterThan(0);
    sms.mode = 'fail';
    const refused = await attempt();
    expect([refused.status, refused.body]).toEqual([502, failed]);
    sms.mode = 'busy';
    const busy = await attempt();
    expect([busy.status, busy.body]).toEqual([503, unavailable]);
    expect(busy.headers.get('retry-after')).toBe('17');
    await sms.close();
    const down = await attempt();
    expect([down.status, down.body]).toEqual([502, failed]);
    expect((await app.list(mfaToken)).body).toEqual([]);

    await sms.open();
    sms.mode = 'accept';
    const sent = await attempt();
    expect(sent.status).toBe(200);
    expect(sent.body.recovery_codes).toHaveLength(1);
    expect(sms.received).toHaveLength(4); // one call each, and none while it was down
    const { headers, body } = sms.received[3] ?? {};
    expect(headers?.['content-type']).toBe('application/json');
    const code = body?.['code'] as string;
    expect(body).toEqual({
      id: expect.any(String),
      channel: 'sms',
      to: PHONE,
      text: `${code} is your localhost verification code.\n\n@localhost #${code}`,
      code: expect.stringMatching(/^\d{6}$/),
      purpose: 'enroll',
    });
    const confirmed = await app.confirm(mfaToken, sent.body.oob_code, code);
    expect(confirmed.status).toBe(200);
    expect(JSON.stringify(app.log)).not.toContain(code);
    expect(JSON.stringify(app.log)).not.toContain(PHONE);
  });
});
