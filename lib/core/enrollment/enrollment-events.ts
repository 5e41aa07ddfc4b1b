import { OAuthError } from '../../errors.js';
import type { Authenticator, EventMembers, LoginTransaction } from '../../ports/index.js';
import { flowOf, type Happening } from '../audit.js';
import type { Mfa } from '../mfa.js';

/** An enrollment that is about to begin. */
interface Beginning {
  readonly transaction: LoginTransaction;
  /** The authenticator, and the recovery code that begins with it. */
  readonly started: readonly Authenticator[];
  /** Pending ones that it takes the place of. */
  readonly dropped: readonly Authenticator[];
  /** That the first code goes through; undefined when nothing is sent. */
  readonly channel: string | undefined;
}

/** One event for each thing that the start of an enrollment changes (security.md R-142). */
export function startEvents(beginning: Beginning): readonly Happening[] {
  const { transaction, started, dropped, channel } = beginning;
  const { userId, clientId, id } = transaction;
  const about = { userId, clientId, flowId: flowOf(id) };
  const of = (it: Authenticator): EventMembers => ({
    ...about,
    authenticatorId: it.id,
    kind: it.kind,
    ...(it.name !== undefined && { target: it.name }),
  });
  const [first] = started;
  return [
    ...dropped.map((it) => ({
      event: 'authenticator.associate.expired' as const,
      ...of(it),
      reason: 'replaced',
    })),
    ...started.map((it) => ({ event: 'authenticator.associate.started' as const, ...of(it) })),
    ...(first && channel !== undefined
      ? [{ event: 'mfa.challenge.created' as const, ...of(first), channel }]
      : []),
  ];
}

/** Tells that an enrollment was refused, and goes on with the refusal. */
export const refusing =
  (mfa: Mfa, kind: string, who: EventMembers) =>
  (cause: unknown): never => {
    if (cause instanceof OAuthError && cause.status < 500) {
      const reason = cause.error;
      mfa.emit({ event: 'authenticator.associate.rejected', ...who, kind, reason });
    }
    throw cause;
  };
