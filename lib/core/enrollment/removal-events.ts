import type { Authenticator, EventMembers } from '../../ports/index.js';
import type { Happening } from '../audit.js';

const aboutOf = ({ userId, id, kind, name }: Authenticator): EventMembers => ({
  userId,
  authenticatorId: id,
  kind,
  ...(name !== undefined && { target: name }),
});

/** Somebody removed it, or who may do so had it removed. */
export const removedEvent = (removed: Authenticator, members: EventMembers): Happening => ({
  event: 'authenticator.removed',
  ...aboutOf(removed),
  ...members,
});

/** Those that went with something else: the active ones were removed, the pending ones came to nothing. */
export const goneEvents = (
  gone: readonly Authenticator[],
  reason: string,
  members: EventMembers = {},
): readonly Happening[] =>
  gone.map((it) =>
    it.status === 'active'
      ? removedEvent(it, { ...members, reason })
      : { event: 'authenticator.associate.expired', ...aboutOf(it), ...members, reason },
  );
