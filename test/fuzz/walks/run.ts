// Walks, one after the other, over one connection.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { connection } from '../connection.js';
import { type Command, commands } from './commands.js';
import { newWalk, step } from './walk.js';

export interface Walked {
  readonly failure: string | undefined;
  readonly seed: number;
  readonly counterexamplePath: string | null;
  /** How often each operation had each answer. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export async function walks(given: {
  readonly seed: number;
  readonly numRuns: number;
  readonly path?: string | undefined;
}): Promise<Walked> {
  const { seed, numRuns, path } = given;
  let listener: RequestListener = () => undefined;
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wire = connection((server.address() as AddressInfo).port);
  const outcomes: Record<string, number> = {};
  const run = async (all: readonly Command[]) => {
    const walk = await newWalk(outcomes);
    listener = walk.t.app;
    try {
      for (const it of all) await step(walk, wire.send, it);
    } catch (cause) {
      throw new Error(`${(cause as Error).message}\n  ${walk.history.join('\n  ')}`, { cause });
    }
  };
  const parameters = { seed, numRuns, endOnFailure: !path, ...(path && { path }) };
  const result = await fc.check(fc.asyncProperty(commands, run), parameters);
  wire.close();
  server.close();
  return {
    failure: result.failed ? String((result.errorInstance as Error)?.message) : undefined,
    seed: result.seed,
    counterexamplePath: result.counterexamplePath,
    outcomes,
  };
}
