// The provider's end of SMS_WEBHOOK_URL.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface SentMessage {
  readonly id: string;
  readonly to: string;
  readonly code?: string;
  readonly purpose: string;
}

/** `lost`: the message goes out, then the connection closes without an answer. */
export type Mode = 'accept' | 'fail' | 'hang' | 'busy' | 'lost' | 'slow-fail';

export interface Sink {
  readonly url: string;
  readonly port: number;
  mode: Mode;
  /** Every call, and those whose message goes out to the phone. */
  readonly calls: SentMessage[];
  readonly delivered: SentMessage[];
  /** Most connections at once since the last `forget`. */
  mostSockets: number;
  /** Newest message for this number. */
  last(to: string): SentMessage | undefined;
  forget(): void;
  refuse(): Promise<void>;
  listenAgain(): Promise<void>;
  close(): void;
}

export const RETRY_AFTER = 60;
const STATUS = { accept: 202, fail: 500, busy: 429, 'slow-fail': 500 };

export async function openSink(): Promise<Sink> {
  const sockets = new Set<Socket>();
  let server: Server = createServer();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const message = JSON.parse(text) as SentMessage;
    const { mode } = it;
    it.calls.push(message);
    if (mode === 'accept' || mode === 'lost') it.delivered.push(message);
    if (mode === 'hang') return;
    if (mode === 'lost') {
      request.socket.destroy();
      return;
    }
    if (mode === 'busy') response.setHeader('Retry-After', String(RETRY_AFTER));
    if (mode === 'slow-fail') await new Promise((done) => setTimeout(done, 1_000));
    response.statusCode = STATUS[mode];
    response.end();
  }

  async function listen(port: number): Promise<void> {
    server = createServer((request, response) => void handle(request, response).catch(() => {}));
    server.on('connection', (socket) => {
      sockets.add(socket);
      it.mostSockets = Math.max(it.mostSockets, sockets.size);
      socket.on('close', () => sockets.delete(socket));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }

  const it = {
    url: '',
    port: 0,
    mode: 'accept' as Mode,
    calls: [] as SentMessage[],
    delivered: [] as SentMessage[],
    mostSockets: 0,
    last: (to: string) => it.delivered.findLast((message) => message.to === to),
    forget() {
      it.calls.length = 0;
      it.mostSockets = sockets.size;
    },
    async refuse() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
    listenAgain: () => listen(it.port),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  await listen(0);
  it.port = (server.address() as AddressInfo).port;
  it.url = `http://127.0.0.1:${it.port}/send`;
  return it;
}
