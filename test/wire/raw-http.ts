// Requests as no client library would send them: bytes over a socket.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Express } from 'express';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Milliseconds until the whole answer was there. */
  readonly took: number;
  /** The server closed the connection. */
  readonly closed: boolean;
}

/** Serves the app while the test runs. */
export async function listening<T>(app: Express, run: (port: number) => Promise<T>): Promise<T> {
  const server: Server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await run((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/**
 * Writes the chunks, and waits for the answer until the server closes, or for a moment after it is complete.
 *
 * @param chunks what is sent; an endless iterable ends with the connection
 */
export async function exchange(
  port: number,
  chunks: Iterable<string | Buffer>,
  patience = 8000,
): Promise<RawAnswer> {
  const start = performance.now();
  const socket = connect(port, '127.0.0.1');
  let received = '';
  let took = 0;
  let closed = false;
  socket.on('data', (data) => {
    received += data.toString('latin1');
    if (isComplete(received)) took ||= performance.now() - start;
  });
  socket.on('error', () => undefined); // a reset: the server closes while we still write
  const end = new Promise<void>((resolve) => {
    socket.on('close', () => {
      closed = true;
      resolve();
    });
  });
  void write(socket, chunks);
  const deadline = start + patience;
  while (!closed && performance.now() < deadline) {
    await Promise.race([end, delay(20)]);
    const grace = /^connection: close/im.test(received) ? 2000 : 200;
    if (took && performance.now() - start - took > grace) break;
  }
  socket.destroy();
  return { ...parse(received), took, closed };
}

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function write(socket: ReturnType<typeof connect>, chunks: Iterable<string | Buffer>) {
  await once(socket, 'connect');
  for (const chunk of chunks) {
    if (socket.destroyed) return;
    if (!socket.write(chunk)) {
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
    }
  }
}

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
  return text.length >= end + 4 + length;
}

function parse(text: string): Pick<RawAnswer, 'status' | 'headers' | 'body'> {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    json = body;
  }
  return { status: Number(first.split(' ')[1]), headers: Object.fromEntries(headers), body: json };
}
