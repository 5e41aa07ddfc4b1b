import { errors } from '../errors.js';
import type { Client, RequestInfo } from '../ports/index.js';
import { admitUser } from './admit.js';
import { flowOf, type Happening } from './audit.js';
import type { Entry, Step } from './authenticator-type.js';
import { commitWith } from './commit.js';
import { entriesOf, isEnrolled, isUsable, mayProve } from './enrollment/enrolled.js';
import { laneOf, openAt } from './guesses/guess-budget.js';
import { localeOf } from './locale.js';
import { liveStep, type PresentedToken, triesLeft } from './login/transaction.js';
import type { Mfa } from './mfa.js';
import { type Outgoing, prepareDelivery } from './sends/delivery.js';
import { send } from './sends/send.js';

/** What the client would like to be asked with. */
export interface ChallengeRequest {
  readonly token: PresentedToken;
  readonly client: Client;
  /** `otp`, `oob`, in the order of preference; empty = all. Words that are no type fit nothing. */
  readonly types: readonly string[];
  /** The wire's id. */
  readonly authenticatorId: string | undefined;
  readonly channel: string | undefined;
  readonly request: RequestInfo;
}

/** What the user is asked for. */
export interface Challenge {
  readonly entry: Entry;
  /** `oob_code`, when a code was sent. */
  readonly handle: string | undefined;
  /** Milliseconds; undefined when nothing was sent. */
  readonly expiresAt: number | undefined;
}

interface Chosen {
  readonly entry: Entry;
  readonly outgoing: Outgoing | undefined;
}

/**
 * Asks for a second factor; sends a code where the authenticator needs one. Asking again is how a code is sent
 * again (wire.md section 5).
 *
 * @throws OAuthError when there is nothing to ask with, or no message can be sent
 */
export async function challenge(mfa: Mfa, request: ChallengeRequest): Promise<Challenge> {
  const { entry, outgoing } = await commitWith<Chosen>(mfa, async () => {
    const loaded = await mfa.store.load({ transactionId: request.token.id });
    const step = liveStep(mfa, loaded, request.client);
    triesLeft(mfa, step);
    const user = await admitUser(mfa, step.transaction.userId);
    const entry = select(mfa, step, request);
    const carrier = entry.type.carrier?.(mfa, entry);
    if (!carrier) return { changes: undefined, result: { entry, outgoing: undefined } };
    notLocked(mfa, step, entry);
    const outgoing = prepareDelivery(mfa, step, {
      authenticatorId: entry.authenticator.id,
      carrier,
      locale: localeOf(mfa, user),
      request: request.request,
      purpose: step.transaction.action ? 'approve' : 'login',
    });
    return {
      result: { entry, outgoing },
      events: [challengeEvent(step, entry)],
      changes: {
        account: outgoing.account,
        put: { transactions: [outgoing.transaction], deliveries: [outgoing.delivery] },
      },
    };
  });
  if (outgoing) await send(mfa, outgoing);
  return { entry, handle: outgoing?.handle, expiresAt: outgoing?.delivery.expiresAt };
}

/** A code that takes the place of another one of the same login is sent again. */
function challengeEvent({ transaction }: Pick<Step, 'transaction'>, entry: Entry): Happening {
  const { id: authenticatorId, kind, name, userId } = entry.authenticator;
  const again = transaction.deliveries[authenticatorId] !== undefined;
  const event = again ? 'mfa.challenge.resent' : 'mfa.challenge.created';
  return {
    event,
    userId,
    clientId: transaction.clientId,
    flowId: flowOf(transaction.id),
    authenticatorId,
    kind,
    channel: entry.channel,
    target: name,
  };
}

/** No message whose code could not be judged before it expires. */
function notLocked(mfa: Mfa, { account, now }: Step, { type }: Entry): void {
  const at = openAt(laneOf(account, type.lane), now, mfa.settings.guesses.lanes[type.lane]);
  if (at > now) throw errors.tooManyGuesses(at - now);
}

function select(mfa: Mfa, step: Step, request: ChallengeRequest): Entry {
  const { types, authenticatorId, channel } = request;
  const usable = entriesOf(mfa, step.authenticators).filter(
    ({ authenticator }) =>
      isUsable(mfa, step.account, authenticator) && mayProve(step.transaction, authenticator),
  );
  // A recovery code is no challenge: it goes straight to its grant.
  const candidates = usable.filter(({ type }) => type.name !== 'recovery-code');
  const asked = (it: Entry) =>
    (types.length === 0 || types.includes(it.type.name)) &&
    (channel === undefined || it.channel === channel);
  const named = ({ id }: Entry) => id === authenticatorId;
  if (authenticatorId !== undefined && !usable.some(named)) throw errors.unknownAuthenticator();
  const fitting = candidates.filter(
    (it) => asked(it) && (authenticatorId === undefined || named(it)),
  );
  const chosen = byPreference(mfa, fitting, types)[0];
  if (!chosen) throw noneFits(step, request, candidates);
  return chosen;
}

/** The types as the client names them, else as the host lists them; then channels; then the last one used. */
function byPreference(
  mfa: Mfa,
  entries: readonly Entry[],
  types: readonly string[],
): readonly Entry[] {
  const order: readonly string[] = types.length > 0 ? types : mfa.types.map(({ name }) => name);
  const rank = ({ type, authenticator }: Entry) =>
    order.indexOf(type.name) * 100 + type.kinds.indexOf(authenticator.kind);
  return entries.toSorted(
    (a, b) => rank(a) - rank(b) || (b.authenticator.usedAt ?? 0) - (a.authenticator.usedAt ?? 0),
  );
}

function noneFits(
  step: Step,
  { types, channel, authenticatorId }: ChallengeRequest,
  usable: readonly Entry[],
) {
  if (!isEnrolled(step.authenticators)) return errors.notEnrolled();
  const words = [types.join(' '), channel, authenticatorId?.split('|')[0]];
  const supported = [...new Set(usable.map(({ type }) => type.name))];
  return errors.noCommonType(words.find(Boolean) ?? 'otp oob', supported.join(' ') || 'none');
}
