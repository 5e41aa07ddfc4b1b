// Requests as no library sends them, byte by byte.
import { connect } from 'node:net';

/** An answer; status 0 when there was none. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
  header(name: string): string | undefined;
}

/** Sends these bytes and reads until the server closes the connection. */
export function raw(port: number, request: string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setTimeout(8000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined); // what came before it is the answer
    socket.on('close', () => resolve(answerOf(text)));
    socket.write(request, 'latin1');
  });
}

function answerOf(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    head,
    body: rest.join('\r\n\r\n'),
    header: (name) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim(),
  };
}

/** A request with this target and these headers; the connection ends with it. */
export function requestText(
  method: string,
  target: string,
  {
    headers = {},
    body,
  }: { readonly headers?: Record<string, string>; readonly body?: string } = {},
): string {
  const lines = Object.entries({
    Host: 'app.example.com',
    Connection: 'close',
    ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body, 'latin1')) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}
