import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { consoleSender, outboxSender, webhookSender } from '../../lib/adapters/senders/index.js';
import type { Message } from '../../lib/ports/index.js';
import { SenderError } from '../../lib/ports/sender-error.js';

const message: Message = {
  id: 'msg_1',
  channel: 'sms',
  to: '+12025550123',
  text: '123456 is your code.',
  code: '123456',
  purpose: 'enroll',
};

interface Received {
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];

/** A webhook that answers as told and keeps what it was sent. */
async function gateway(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      received.push({ method: request.method, headers: request.headers, body });
      answer(response, request);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/send`;
  return { url, received, server };
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(code, headers).end('{}');

const inTime = () => ({ signal: AbortSignal.timeout(5_000) });

const failure = (sent: Promise<unknown>) =>
  sent.then(
    () => expect.unreachable('the message was accepted'),
    (error: unknown) => error,
  );

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('webhook sender', () => {
  it('posts the message as JSON, with the headers it was given', async () => {
    const { url, received } = await gateway(status(202));
    const sender = webhookSender({
      url,
      headers: { authorization: 'Bearer key', 'Content-Type': 'x' },
    });
    await sender.send(message, inTime());
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual(message);
  });

  it('leaves out a code that the message does not have', async () => {
    const { url, received } = await gateway(status(200));
    const { code, ...notice } = { ...message, purpose: 'notice' as const };
    await webhookSender({ url }).send(notice, inTime());
    expect(Object.keys(JSON.parse(received[0]?.body ?? ''))).toEqual([
      'id',
      'channel',
      'to',
      'text',
      'purpose',
    ]);
    expect(code).toBe('123456');
  });

  it.each([200, 201, 202, 204])('takes %i for acceptance', async (code) => {
    const { url } = await gateway(status(code));
    await expect(webhookSender({ url }).send(message, inTime())).resolves.toBeUndefined();
  });

  it.each([
    [400, 'rejected'],
    [404, 'rejected'],
    [500, 'failed'],
    [502, 'failed'],
  ])('takes %i for a message that was %s', async (code, reason) => {
    const { url } = await gateway(status(code));
    const error = await failure(webhookSender({ url }).send(message, inTime()));
    expect(error).toBeInstanceOf(SenderError);
    expect(error).toMatchObject({
      reason,
      message: `webhook answered ${code}`,
      retryAfter: undefined,
    });
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%i)', async (code) => {
    const other = await gateway(status(200));
    const { url } = await gateway(status(code, { location: other.url }));
    const error = await failure(webhookSender({ url }).send(message, inTime()));
    expect(error).toMatchObject({ message: `webhook answered ${code}` });
    expect(other.received).toEqual([]);
  });

  it.each([
    [429, '60', 60],
    [503, '7', 7],
    [503, '0', 1],
    [429, '999999999', 86_400],
    [429, 'Thu, 01 Jan 2026 00:01:30 GMT', 90],
    [429, 'Wed, 31 Dec 2025 00:00:00 GMT', 1],
  ])('hands on %i with Retry-After %s as %i seconds', async (code, value, retryAfter) => {
    const { url } = await gateway(status(code, { 'retry-after': value }));
    const clock = { now: () => Date.UTC(2026, 0, 1) };
    const error = await failure(webhookSender({ url, clock }).send(message, inTime()));
    expect(error).toMatchObject({ name: 'SenderError', reason: 'busy', retryAfter });
  });

  it.each([undefined, 'soon', '-5x'])(
    'is busy without a time when Retry-After is %s',
    async (value) => {
      const { url } = await gateway(
        status(429, value === undefined ? {} : { 'retry-after': value }),
      );
      const error = await failure(webhookSender({ url }).send(message, inTime()));
      expect(error).toMatchObject({ reason: 'busy', retryAfter: undefined });
    },
  );

  it('ends with the signal when the gateway hangs', async () => {
    const { url, received } = await gateway(() => {});
    const started = performance.now();
    const error = await failure(
      webhookSender({ url }).send(message, { signal: AbortSignal.timeout(100) }),
    );
    expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(received).toHaveLength(1);
  });

  it('sends nothing when the signal has fired before', async () => {
    const { url, received } = await gateway(status(200));
    const signal = AbortSignal.abort(new Error('shut down'));
    const error = await failure(webhookSender({ url }).send(message, { signal }));
    expect(error).toMatchObject({ message: 'shut down' });
    expect(received).toEqual([]);
  });

  it('says when the gateway was not reached, so that the message may be tried again', async () => {
    const { url, server } = await gateway(status(200));
    await new Promise((resolve) => server.close(resolve));
    const error = await failure(webhookSender({ url }).send(message, inTime()));
    expect(error).toMatchObject({
      name: 'SenderError',
      reason: 'connect',
      message: 'webhook request failed: ECONNREFUSED',
    });
    expect(String(error)).not.toContain(url);
  });

  it('does not say so when the connection broke after the message went out', async () => {
    const { url, received } = await gateway((response) => response.destroy());
    const error = await failure(webhookSender({ url }).send(message, inTime()));
    expect(error).toMatchObject({ name: 'SenderError', reason: 'unanswered' });
    expect(received).toHaveLength(1);
  });

  it('accepts at the status and reads a huge answer only in part', async () => {
    let written = 0;
    const closed = resolvers();
    const { url } = await gateway((response) => {
      response.writeHead(200).on('close', closed.resolve);
      const chunk = Buffer.alloc(65_536);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await webhookSender({ url }).send(message, inTime());
    await closed.promise;
    expect(written).toBeLessThan(20_000_000);
  });

  it('accepts at the status when the answer never ends, and lets go of the connection', async () => {
    const closed = resolvers();
    const { url } = await gateway((response) => {
      response.writeHead(200).on('close', closed.resolve).write('{');
    });
    const started = performance.now();
    await webhookSender({ url }).send(message, inTime());
    expect(performance.now() - started).toBeLessThan(900);
    await closed.promise;
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('uses one connection for messages one after the other', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await gateway((response, { socket }) => {
      ports.add(socket.remotePort);
      status(200)(response);
    });
    const sender = webhookSender({ url });
    for (let i = 0; i < 5; i++) {
      await sender.send(message, inTime());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(ports.size).toBe(1);
  });

  it.each([
    '',
    'sms.internal/send',
    '/send',
    'ftp://sms.internal/',
    'https://user:pw@sms.internal/',
  ])('refuses the url "%s" at start', (url) => {
    expect(() => webhookSender({ url })).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_MFA_WEBHOOK_URL' }),
    );
  });

  it('refuses headers that HTTP does not allow', () => {
    const headers = { 'a b': 'x' };
    expect(() => webhookSender({ url: 'https://sms.internal/', headers })).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_MFA_WEBHOOK_HEADERS' }),
    );
  });
});

describe('outbox sender', () => {
  it('keeps messages with their time, newest first', async () => {
    let now = 1_000;
    const outbox = outboxSender({ clock: { now: () => now } });
    await outbox.send(message, inTime());
    now = 2_000;
    await outbox.send({ ...message, id: 'msg_2' }, inTime());
    expect(outbox.messages()).toEqual([
      { ...message, id: 'msg_2', at: 2_000 },
      { ...message, at: 1_000 },
    ]);
  });

  it('gives the messages to one number only', async () => {
    const outbox = outboxSender();
    await outbox.send(message, inTime());
    await outbox.send({ ...message, to: 'ann@example.com' }, inTime());
    expect(outbox.messages('ann@example.com')).toHaveLength(1);
    expect(outbox.messages('+12025550124')).toEqual([]);
  });

  it('drops the oldest beyond its limit', async () => {
    const outbox = outboxSender({ limit: 3 });
    for (let i = 0; i < 10; i++) await outbox.send({ ...message, id: `msg_${i}` }, inTime());
    expect(outbox.messages().map(({ id }) => id)).toEqual(['msg_9', 'msg_8', 'msg_7']);
  });

  it('calls every listener until it leaves', async () => {
    const outbox = outboxSender();
    const seen: string[] = [];
    const listener = ({ id }: Message) => void seen.push(id);
    const leave = outbox.subscribe(listener);
    outbox.subscribe(listener);
    await outbox.send(message, inTime());
    leave();
    leave();
    await outbox.send({ ...message, id: 'msg_2' }, inTime());
    expect(seen).toEqual(['msg_1', 'msg_1', 'msg_2']);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %d', (limit) => {
    expect(() => outboxSender({ limit })).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_MFA_OUTBOX_LIMIT' }),
    );
  });
});

describe('console sender', () => {
  it('prints who, how and what in one line', async () => {
    const lines: string[] = [];
    await consoleSender({ print: (line) => lines.push(line) }).send(message, inTime());
    expect(lines).toEqual(['[sms to +12025550123] 123456 is your code.']);
  });

  it('prints to the console by default', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await consoleSender().send(message, inTime());
    expect(log).toHaveBeenCalledExactlyOnceWith('[sms to +12025550123] 123456 is your code.');
    log.mockRestore();
  });
});

describe('senders that show codes', () => {
  it.each([
    ['consoleSender', () => consoleSender()],
    ['outboxSender', () => outboxSender()],
  ])('%s refuses production', (name, make) => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(make).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_MFA_DEV_SENDER',
        message: expect.stringContaining(name),
      }),
    );
  });
});

function resolvers() {
  let resolve: (value?: unknown) => void = () => {};
  const promise = new Promise<unknown>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
