// One keep-alive connection and nothing around it: 10^6 requests should cost what the server costs.
import { connect, type Socket } from 'node:net';

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Undefined when the server hung up without an answer. */
export type Send = (request: WireRequest) => Promise<WireAnswer | undefined>;

/** Sends requests one after the other; connects anew when the server closed. */
export function connection(port: number): { readonly send: Send; close(): void } {
  let socket: Socket | undefined;
  let received = '';
  let settle: ((answer: WireAnswer | undefined) => void) | undefined;
  let method = '';

  const finish = (answer: WireAnswer | undefined) => {
    received = '';
    settle?.(answer);
    settle = undefined;
  };
  const open = (): Socket => {
    const fresh = connect({ port, host: '127.0.0.1', noDelay: true });
    const drop = () => {
      if (socket !== fresh) return;
      socket = undefined;
      finish(parse(received, method, true));
    };
    fresh.setEncoding('latin1');
    fresh.on('data', (data) => {
      received += data;
      const answer = parse(received, method, false);
      if (!answer) return;
      if (answer.headers['connection'] === 'close') {
        socket = undefined;
        fresh.destroy();
      }
      finish(answer);
    });
    return fresh.on('error', () => undefined).on('close', drop);
  };
  const send: Send = (request) =>
    new Promise((resolve) => {
      settle = resolve;
      method = request.method;
      socket ??= open();
      socket.write(bytesOf(request));
    });
  return { send, close: () => socket?.destroy() };
}

function bytesOf({ method, path, headers, body }: WireRequest): Buffer {
  const lines = Object.entries({ Host: 'x', ...headers }).map(([name, it]) => `${name}: ${it}\r\n`);
  const length = body ? `Content-Length: ${body.length}\r\n` : '';
  const head = Buffer.from(
    `${method} ${path} HTTP/1.1\r\n${lines.join('')}${length}\r\n`,
    'latin1',
  );
  return body ? Buffer.concat([head, body]) : head;
}

function parse(text: string, method: string, atEnd: boolean): WireAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(first.split(' ')[1]);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const body = text.slice(end + 4);
  const bare = method === 'HEAD' || status === 204;
  const length = bare ? 0 : Number(headers['content-length'] ?? 'NaN');
  if (Number.isNaN(length)) return atEnd ? { status, headers, text: body } : undefined;
  return body.length < length ? undefined : { status, headers, text: utf8(body.slice(0, length)) };
}

const utf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8');
