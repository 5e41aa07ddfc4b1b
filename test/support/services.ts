// Vitest global setup: a real PostgreSQL for the run, on a free port, with nothing installed by hand.
// Set TEST_DATABASE_URL to use one that runs already.
import { createServer } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.js';

declare module 'vitest' {
  export interface ProvidedContext {
    pgUrl: string;
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Another process may take the free port first: then once more. */
async function postgres(attempts = 3): Promise<Awaited<ReturnType<typeof startPostgres>>> {
  try {
    return await startPostgres(await freePort());
  } catch (error) {
    if (attempts === 1) throw error;
    return postgres(attempts - 1);
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) {
    project.provide('pgUrl', given);
    return;
  }
  const server = await postgres();
  project.provide('pgUrl', server.url);
  return () => server.stop();
}
