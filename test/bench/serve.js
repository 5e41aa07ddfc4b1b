import { openSync } from 'node:fs';
import process from 'node:process';

/** The outbox file that run.js made for this server. */
export const outbox = openSync(process.argv[2], 'r+');

/**
 * Listens, tells run.js the port and answers its question for the CPU time of this process, all threads
 * included: signatures are made on the thread pool.
 */
export function serve(app) {
  const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system });
  });
  process.on('disconnect', () => process.exit());
}
