import { connect } from 'node:net';

/**
 * A keep-alive HTTP/1.1 connection with one request under way at a time, as light as it gets: the driver
 * shares the machine with the server it measures. Understands answers with a Content-Length only.
 *
 * @returns {Promise<{ send(request: string): Promise<{ status: number, body: any }>, close(): void }>}
 */
export function openConnection(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let received = '';
  let waiting;

  const settle = (error, answer) => {
    const { resolve, reject } = waiting ?? { reject: () => undefined };
    waiting = undefined;
    if (error) reject(error);
    else resolve(answer);
  };
  socket.on('data', (chunk) => {
    received += chunk.latin1Slice();
    const end = received.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, end + 2))?.[1];
    if (length === undefined) return settle(new Error(`No Content-Length:\n${received}`));
    if (received.length < end + 4 + Number(length)) return;
    const answer = { status: Number(received.slice(9, 12)), body: JSON.parse(received.slice(end)) };
    received = '';
    settle(undefined, answer);
  });
  socket.on('error', settle);
  socket.on('close', () => settle(new Error('The server closed the connection')));

  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () =>
      resolve({
        send: (request) =>
          new Promise((answered, failed) => {
            waiting = { resolve: answered, reject: failed };
            socket.write(request, 'latin1');
          }),
        close: () => socket.destroy(),
      }),
    );
  });
}
