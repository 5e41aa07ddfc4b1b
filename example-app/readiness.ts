import type { RequestListener, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { type Mfa, OAuthError } from 'express-mfa';
import type { OpenDatabase } from './database.js';
import { errorMembers, log } from './log.js';

const ANSWER_MS = 2_000;
const AGAIN_MS = 1_000;

/** What is wrong, in one line: an error of several attempts to connect has no message of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const { message, cause } = error as Error;
  return error instanceof OAuthError && cause ? reasonOf(cause) : message || String(error);
}

/** `GET /healthz`: 200 while requests can be served. A database that hangs counts as one that is gone. */
export function health(mfa: Mfa, stopping: AbortSignal): RequestHandler {
  return async (_request, response) => {
    if (stopping.aborted) {
      return unavailable(response, { status: 'unavailable', reason: 'stopping' });
    }
    const late = AbortSignal.timeout(ANSWER_MS);
    const tooLate = new Promise<never>((_resolve, reject) => {
      late.addEventListener('abort', () => reject(new Error('the database does not answer')));
    });
    response.set('Cache-Control', 'no-store');
    await Promise.race([mfa.ready(), tooLate]).then(
      () => response.json({ status: 'ok' }),
      (error: unknown) => unavailable(response, { status: 'unavailable', reason: reasonOf(error) }),
    );
  };
}

/** Answers until the app is ready: why not for `/healthz`, and no more than that it is not for clients. */
export function startingHandler(): { handle: RequestListener; because(reason: string): void } {
  let reason = 'starting';
  return {
    because: (now) => {
      reason = now;
    },
    handle: ({ url }, response) => {
      if (url === '/healthz') return unavailable(response, { status: 'unavailable', reason });
      const error_description = 'The service cannot answer at the moment.';
      unavailable(response, { error: 'temporarily_unavailable', error_description });
    },
  };
}

function unavailable(response: ServerResponse, body: object): void {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  response.writeHead(503, { ...headers, 'Retry-After': '1' });
  response.end(JSON.stringify(body));
}

/**
 * Brings the tables up to date and runs `then`. While the database server is away the process waits for it: it
 * says so, stays unready, and does not end, since its supervisor would only start it again.
 */
export async function untilReady(
  database: OpenDatabase,
  because: (reason: string) => void,
  then: () => Promise<void>,
): Promise<void> {
  let said: string | undefined;
  for (;;) {
    try {
      await database.migrate();
      await then();
      return;
    } catch (error) {
      if (!database.mayComeBack(error)) throw error;
      const reason = `DATABASE_URL: ${reasonOf(error)}`;
      because(reason);
      if (reason !== said) {
        log('database.unavailable', errorMembers(error));
        process.stderr.write(`express-mfa example: ${reason}; waiting for it\n`);
      }
      said = reason;
      await sleep(AGAIN_MS);
    }
  }
}
