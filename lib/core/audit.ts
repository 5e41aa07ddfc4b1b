import { channel } from 'node:diagnostics_channel';
import type {
  Changes,
  Clock,
  EventMembers,
  EventName,
  MfaEvent,
  OnEvent,
  RequestContext,
} from '../ports/index.js';
import type { Mfa } from './mfa.js';

/** An event before the context is added. */
export type Happening = EventMembers & { readonly event: EventName };

/** Completes events and tells them. */
export interface Audit {
  /** How long a stored event is kept (ms); undefined when none is stored. */
  readonly retention: number | undefined;
  complete(event: Happening): MfaEvent;
  announce(event: MfaEvent): void;
  /** Completes and announces, when anybody listens. */
  emit(event: Happening): void;
  /** The same for one request; its context is computed with the first event. */
  within(context: () => RequestContext): Audit;
}

/** Where events go. */
export interface AuditTo {
  readonly clock: Clock;
  readonly process: string;
  readonly retention: number | undefined;
  readonly onEvent: OnEvent | undefined;
  readonly onAlert: OnEvent | undefined;
}

/** What somebody should look at now (security.md section 7). A lock means that the password is known. */
const ALERTS = /(\.reuse_detected|\.decrypt_failed|^attack_mode\.on|^mfa\.lock\.started)$/;
/** One blocked number is everyday; a country whose codes nobody enters is fraud. */
const isAlert = ({ event, reason }: Happening): boolean =>
  ALERTS.test(event) || (event === 'sms.blocked' && reason === 'conversion');
const FAILURES =
  /(fail|failed|_error|expired|rejected|blocked|mismatch|limited|replayed|reuse_detected|unsafe|differs|lock\.started|disabled)$/;

export function auditing(to: AuditTo, context: () => RequestContext = () => ({})): Audit {
  const listeners = channel('express-mfa');
  const complete = (event: Happening): MfaEvent => ({
    ...event,
    ...context(),
    at: to.clock.now(),
    outcome: FAILURES.test(event.event) ? 'fail' : 'ok',
    process: to.process,
    ...(isAlert(event) && { alert: true }),
  });
  const announce = (event: MfaEvent) =>
    safely(event.event, () => {
      listeners.publish(event);
      if (event.alert) safely(event.event, () => to.onAlert?.(event));
      to.onEvent?.(event);
    });
  return {
    retention: to.retention,
    complete,
    announce,
    emit(event) {
      if (event.event === 'server_error' && !to.onEvent && !listeners.hasSubscribers) warn(event);
      if (!to.onEvent && !to.onAlert && !listeners.hasSubscribers) return;
      safely(event.event, () => announce(complete(event)));
    },
    within: (request) => auditing(to, request),
  };
}

/** A listener that throws, or a clock that does, must not stop what it is told about: it becomes a warning. */
function safely(name: string, tell: () => void): void {
  try {
    tell();
  } catch (error) {
    process.emitWarning(`express-mfa: event ${name} was lost: ${String(error)}`);
  }
}

/**
 * A 500 that nobody would hear of. Our own words about a mistake of the host stand in it; what its code or its database
 * threw does not, since it may hold what no log should (security.md R-141).
 */
function warn({ errorId, cause }: Happening): void {
  const { code, message } = Object(cause) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  const ours = String(code).startsWith('ERR_MFA_') ? `: ${String(message)}` : '';
  const hint = 'createMfa({ onEvent }) hears the causes';
  process.emitWarning(`express-mfa: a request got 500, error id ${errorId}${ours}; ${hint}`);
}

/**
 * Commits, and with the changes the events about them: they are stored with them or not at all, and told once they
 * stand (security.md R-142).
 *
 * @param quiet - stored likewise, and told by the caller: what they mean shows later
 */
export async function commitAudited(
  mfa: Mfa,
  changes: Changes,
  events: readonly Happening[],
  quiet: readonly Happening[] = [],
): Promise<boolean> {
  const { retention, complete, announce } = mfa.audit;
  const happened = events.map(complete);
  const records = [...happened, ...quiet.map(complete)].map((it) => {
    const { cause: _, ...event } = it;
    return { event, expiresAt: it.at + (retention ?? 0) };
  });
  const stored = retention === undefined || records.length === 0 ? {} : { events: records };
  if ((await mfa.store.commit({ ...changes, ...stored })) !== true) return false;
  for (const event of happened) announce(event);
  return true;
}

/** Names a login in events: the beginning of the hash of its token, which opens nothing. */
export const flowOf = (transactionId: string): string =>
  Buffer.from(transactionId, 'base64url').toString('hex').slice(0, 16);
