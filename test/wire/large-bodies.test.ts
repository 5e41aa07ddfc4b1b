import type { Express } from 'express';
import { describe, expect, test } from 'vitest';
import { client, testApp } from '../support/app.js';
import { exchange, listening, type RawAnswer } from './raw-http.js';
import { mfaToken } from './steps.js';

const HEAD = 'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const none = { policy: () => 'none' as const };

/** The app still answers. */
const alive = (app: Express) => client(app).login().expect(200);

describe('a body of many quotation marks', () => {
  test.each([
    ['escaped ones, never closed', `{"a":"${'\\"'.repeat(8000)}`],
    ['backslashes, never closed', `{"a":"${'\\\\'.repeat(8000)}`],
    ['plain ones', '"'.repeat(16_000)],
  ])('costs no more than any other, ten times at once: %s', async (_name, body) => {
    const { app } = await testApp(none);
    await listening(app, async (port) => {
      const request = `${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`;
      const before = process.cpuUsage(); // of this process, so it holds on a busy machine too
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => exchange(port, [request])),
      );
      const { user } = process.cpuUsage(before);
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(400));
      expect(user / 1000).toBeLessThan(600);
    });
  });
});

describe('a body over 16 KB', () => {
  const ask = async (chunks: Iterable<string>): Promise<RawAnswer> => {
    const { app } = await testApp(none);
    return listening(app, async (port) => {
      const answer = await exchange(port, chunks);
      await alive(app);
      return answer;
    });
  };
  const tooLarge = (answer: RawAnswer) => {
    expect(answer).toMatchObject({
      status: 413,
      closed: true,
      body: { error: 'invalid_request', error_description: 'The body is larger than 16 KB' },
      headers: { 'content-type': 'application/json; charset=utf-8', connection: 'close' },
    });
    expect(answer.took).toBeLessThan(2000);
  };
  function* endless() {
    yield `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
    for (;;) yield `2000\r\n${'a'.repeat(0x2000)}\r\n`;
  }

  test('by its length is refused before it is read', async () => {
    tooLarge(await ask([`${HEAD}Content-Length: 100000000\r\n\r\n{`]));
  });

  test('that is sent whole is refused while it comes', async () => {
    const body = 'a'.repeat(4_000_000);
    tooLarge(await ask([`${HEAD}Content-Length: ${body.length}\r\n\r\n`, body]));
  });

  test('without end is refused', async () => {
    tooLarge(await ask(endless()));
  });

  test('of a request that needs none is not read either', async () => {
    const t = await testApp();
    const token = await mfaToken(t);
    function* list() {
      yield `GET /mfa/authenticators HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`;
      yield 'Transfer-Encoding: chunked\r\n\r\n';
      for (let i = 0; i < 2000; i++) yield `2000\r\n${'a'.repeat(0x2000)}\r\n`;
    }
    const answer = await listening(t.app, (port) => exchange(port, list()));
    expect(answer.closed).toBe(true);
    expect([200, 413]).toContain(answer.status);
  });
});

describe('a body that comes slowly', () => {
  test('is given up after five seconds', { timeout: 12_000 }, async () => {
    const { app } = await testApp(none);
    await listening(app, async (port) => {
      const answer = await exchange(port, [`${HEAD}Content-Length: 100\r\n\r\n{`]);
      expect(answer).toMatchObject({
        status: 408,
        closed: true,
        body: {
          error: 'invalid_request',
          error_description: 'The body took longer than 5 seconds',
        },
      });
      expect(answer.took).toBeGreaterThan(4900);
      expect(answer.took).toBeLessThan(7900);
      await alive(app);
    });
  });

  test('and is cut off costs nothing', async () => {
    const t = await testApp(none);
    await listening(t.app, async (port) => {
      await exchange(port, [`${HEAD}Content-Length: 100\r\n\r\n{`], 50);
      await alive(t.app);
    });
    expect(t.events.filter((it) => it.event === 'server_error')).toEqual([]);
  });
});
