import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP round robin in front of ports of this machine; one that refuses is passed over. */
export interface RoundRobin {
  readonly port: number;
  /** Where connections go; changed at will. */
  targets: number[];
  /** A black hole: what is sent is kept, nothing comes back. */
  pause(): void;
  /** `lose`: what was kept is lost, and every connection with it. */
  resume(how?: 'deliver' | 'lose'): void;
  close(): Promise<void>;
}

export async function roundRobin(targets: readonly number[]): Promise<RoundRobin> {
  const sockets = new Set<Socket>();
  let next = 0;
  let paused = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    if (paused) socket.pause();
  };

  function dial(inbound: Socket, left: number): void {
    const target = it.targets[next++ % it.targets.length];
    if (left === 0 || target === undefined) {
      inbound.destroy();
      return;
    }
    const outbound = connect(target, '127.0.0.1');
    const refused = () => dial(inbound, left - 1);
    outbound.once('error', refused);
    outbound.once('connect', () => {
      outbound.off('error', refused);
      keep(outbound);
      join(inbound, outbound);
      join(outbound, inbound);
    });
  }

  const server = createServer({ allowHalfOpen: true }, (inbound) => {
    keep(inbound);
    dial(inbound, it.targets.length);
  });
  const it: RoundRobin = {
    port: 0,
    targets: [...targets],
    pause() {
      paused = true;
      for (const socket of sockets) socket.pause();
    },
    resume(how = 'deliver') {
      paused = false;
      for (const socket of sockets) if (how === 'lose') socket.resetAndDestroy();
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(it, { port: (server.address() as AddressInfo).port });
}

/** Every byte and the end; a reset stays a reset. */
function join(from: Socket, to: Socket): void {
  from.on('data', (chunk) => to.write(chunk));
  from.on('end', () => to.end());
  from.on('close', (broken) => {
    if (broken) to.resetAndDestroy();
    else to.end();
  });
}
