import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CountBreaker,
  circuitBreaker,
  handleWhen,
  type IPolicy,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import type { SendOutcome } from '../core/authenticator-type.js';
import { errors } from '../errors.js';
import type { Message, Sender } from '../ports/index.js';
import { SenderError } from '../ports/sender-error.js';

/** security.md D31 */
const TOTAL_MS = 5000;
const IN_FLIGHT = 50;
const HALF_OPEN_AFTER_MS = 30_000;

/**
 * A sender with a time-out of 5 seconds in all, one retry when no connection came about, at most 50 messages in
 * flight, and a circuit breaker that opens when half of 20 messages failed.
 *
 * @returns a function that never rejects: 502 when the message failed, 503 when it makes no sense to try
 */
export function sending(sender: Sender): (message: Message) => Promise<SendOutcome> {
  const policy: IPolicy<{ signal: AbortSignal }> = wrap(
    bulkhead(IN_FLIGHT),
    circuitBreaker(handleWhen(isOutage), {
      halfOpenAfter: HALF_OPEN_AFTER_MS,
      breaker: new CountBreaker({ threshold: 0.5, size: 20 }),
    }),
    timeout(TOTAL_MS, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }),
    retry(handleWhen(isConnectError), { maxAttempts: 1 }),
  );
  return async (message) => {
    try {
      // A signal of its own: without one, all calls would listen to the same.
      const { signal: own } = new AbortController();
      await policy.execute(async ({ signal }) => {
        await sender.send(message, { signal });
      }, own);
      return 'accepted';
    } catch (error) {
      return { refusal: asOAuthError(error), mayHaveArrived: isUnanswered(error) };
    }
  };
}

const isConnectError = (error: unknown): boolean =>
  error instanceof SenderError && error.reason === 'connect';

const isUnanswered = (error: unknown): boolean =>
  (error instanceof TaskCancelledError && !(error instanceof BrokenCircuitError)) ||
  (error instanceof SenderError && error.reason === 'unanswered');

/** A message that a working gateway refused says nothing about the next one: one bad number stops nobody else. */
const isOutage = (error: unknown): boolean =>
  !(error instanceof SenderError && error.reason === 'rejected');

function asOAuthError(error: unknown) {
  if (error instanceof BrokenCircuitError)
    return errors.sendingUnavailable(HALF_OPEN_AFTER_MS, error);
  if (error instanceof TaskCancelledError) return errors.sendingUnavailable(TOTAL_MS, error);
  if (error instanceof BulkheadRejectedError) return errors.sendingUnavailable(1000, error);
  if (error instanceof SenderError && error.reason === 'busy') {
    return errors.sendingUnavailable((error.retryAfter ?? 30) * 1000, error);
  }
  return errors.messageFailed(error);
}
