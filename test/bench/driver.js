/** The driver's process: runs the flows it is told to run and reports how long each took. */
import { openSync, readSync } from 'node:fs';
import process from 'node:process';
import { openConnection } from './connection.js';
import { codeBuffer, codePosition } from './fixtures.js';
import { flows } from './flows.js';

const CONNECTIONS = 4;

function codeReader(path) {
  const file = openSync(path, 'r');
  const buffer = codeBuffer();
  return (user) => {
    readSync(file, buffer, 0, buffer.length, codePosition(user));
    return buffer.latin1Slice();
  };
}

const servers = new Map();

async function serverAt({ port, outbox }) {
  if (!servers.has(port)) {
    const opening = Array.from({ length: CONNECTIONS }, () => openConnection(port));
    servers.set(port, { readCode: codeReader(outbox), connections: await Promise.all(opening) });
  }
  return servers.get(port);
}

async function runPhase({ server, flow, first, count, scope }) {
  const { connections, readCode } = await serverAt(server);
  const latencies = [];
  let user = first;
  const worker = async (connection) => {
    while (user < first + count) {
      const began = performance.now();
      await flows[flow](connection, { user: user++, scope, readCode });
      latencies.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(connections.map(worker));
  return { elapsed: performance.now() - began, latencies };
}

process.on('message', (phase) => {
  runPhase(phase).then(
    (result) => process.send(result),
    (error) => process.send({ error: `${phase.flow}: ${error.message}` }),
  );
});
process.on('disconnect', () => process.exit());
