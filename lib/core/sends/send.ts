import type { Account, Authenticator, EventMembers, LoginTransaction } from '../../ports/index.js';
import { flowOf, type Happening } from '../audit.js';
import { commitWith } from '../commit.js';
import { recordUse, useOf } from '../login/login-use.js';
import type { Mfa } from '../mfa.js';
import { admitSend, type SendAdmission, type SendRefusal } from './admit-send.js';
import type { Outgoing } from './delivery.js';
import { tellSms } from './sms-events.js';
import { remember } from './unanswered.js';

/** What one message brought along, to be undone with it. */
export interface Undo {
  /** Ids of authenticators that were started with it. */
  readonly started: readonly string[];
  /** Pending authenticators that these took the place of. */
  readonly replaced: readonly Authenticator[];
}

const NOTHING: Undo = { started: [], replaced: [] };

/**
 * Sends what was prepared and committed. When it is refused or fails, everything about it is taken back: the
 * earlier code works on, the user may ask again at once, what was started with it is gone. Only a message that
 * may have arrived all the same stays counted for its number and the user's day, or a gateway that hangs would cost
 * without bound.
 *
 * @throws OAuthError 403, 429, 502 or 503
 */
export async function send(mfa: Mfa, outgoing: Outgoing, undo: Undo = NOTHING): Promise<void> {
  const { delivery, carrier, code, locale } = outgoing;
  const { id, purpose } = delivery;
  const about = aboutOf(outgoing);
  let admission: SendAdmission | undefined;
  let mayHaveArrived = false;
  try {
    admission = await admitSend(mfa, outgoing);
    if (!admission.granted) throw admission.refusal;
    tellSms(mfa, 'reserved', about);
    const outcome = await carrier.send({
      id,
      code,
      purpose,
      locale,
      action: outgoing.transaction.action?.text,
    });
    if (outcome !== 'accepted') {
      mayHaveArrived = outcome.mayHaveArrived;
      throw outcome.refusal;
    }
  } catch (cause) {
    const reason = admission?.granted === false ? admission.reason : undefined;
    const failed = { ...failureOf(reason), ...(reason && { reason }), cause, ...about };
    mfa.emit(failed);
    if (reason) tellSms(mfa, 'blocked', { ...about, reason: BLOCKED[reason] ?? 'budget' });
    await takeBack(mfa, outgoing, { ...undo, because: failed }, mayHaveArrived);
    if (admission?.granted && !mayHaveArrived) await admission.giveBack();
    throw cause;
  }
  tellSms(mfa, 'sent', about);
  mfa.emit({ event: 'mfa.challenge.delivered', ...about });
}

function aboutOf({ delivery, transaction }: Outgoing): EventMembers {
  const { userId, channel, authenticatorId, country } = delivery;
  const flowId = flowOf(transaction.id);
  const about = { userId, channel, authenticatorId, clientId: transaction.clientId, flowId };
  return country === undefined ? about : { ...about, country };
}

/** Reasons of `sms.blocked` that are no budget, or one of their own (security.md section 7). */
const BLOCKED: Readonly<Partial<Record<SendRefusal, string>>> = {
  switch: 'switch',
  breaker: 'breaker',
  blocked_country: 'country',
  number_type: 'type',
  prefix: 'prefix',
};

const NO_BUDGET: readonly unknown[] = [
  'switch',
  'breaker',
  'blocked_country',
  'number_type',
  undefined,
];

const failureOf = (reason: SendRefusal | undefined) =>
  NO_BUDGET.includes(reason)
    ? ({ event: 'mfa.challenge.delivery_failed' } as const)
    : ({ event: 'mfa.rate_limited' } as const);

async function takeBack(
  mfa: Mfa,
  outgoing: Outgoing,
  undo: Undo & { readonly because: Happening },
  mayHaveArrived: boolean,
): Promise<void> {
  const { delivery, before } = outgoing;
  await commitWith(mfa, async () => {
    const loaded = await mfa.store.load({ transactionId: before.id, userId: before.userId });
    const { transaction, account } = loaded;
    if (!account) return { changes: undefined, result: undefined };
    const own = mayHaveArrived ? -1 : account.sends.lastIndexOf(delivery.createdAt);
    const sends = own < 0 ? account.sends : account.sends.toSpliced(own, 1);
    // What was confirmed in another way meanwhile stays, the recovery code with it.
    const pending = loaded.authenticators.filter(({ status }) => status === 'pending');
    const started = pending.map(({ id }) => id).filter((id) => undo.started.includes(id));
    const isLast = transaction?.deliveries[delivery.authenticatorId] === delivery.id;
    return {
      result: undefined,
      quiet: [undo.because],
      events: rejected(undo.because, started),
      changes: {
        account: { ...guessesKept(account, outgoing, mfa.clock.now()), sends },
        put: {
          authenticators: isLast ? undo.replaced : [],
          transactions: isLast ? [restored(mfa, transaction, outgoing, mayHaveArrived)] : [],
        },
        remove: { deliveries: [delivery.id], authenticators: started },
      },
    };
  });
}

/** Enrollments that ended because their message was not sent. */
const rejected = (
  { userId, clientId, flowId }: Happening,
  started: readonly string[],
): readonly Happening[] =>
  started.map((authenticatorId) => ({
    event: 'authenticator.associate.rejected',
    userId,
    clientId,
    flowId,
    authenticatorId,
    reason: 'undelivered',
  }));

/** Guesses that were charged against the earlier code count for it again, and those charged since. */
function guessesKept(account: Account, outgoing: Outgoing, now: number): Account {
  const { before, delivery, guessesBefore } = outgoing;
  if (guessesBefore === 0) return account;
  const { guesses } = useOf(account, before);
  const count = Math.max(guessesBefore, guesses[delivery.authenticatorId] ?? 0);
  const kept = { guesses: { ...guesses, [delivery.authenticatorId]: count } };
  return recordUse(account, before, kept, now);
}

/** The transaction as if the message had not been asked for. */
function restored(
  mfa: Mfa,
  now: LoginTransaction,
  { before, delivery, carrier, code, again }: Outgoing,
  mayHaveArrived: boolean,
): LoginTransaction {
  const id = delivery.authenticatorId;
  const { [id]: _, ...deliveries } = now.deliveries;
  const earlier = before.deliveries[id];
  return {
    ...now,
    sends: now.sends - 1,
    nextSendAt: before.nextSendAt,
    // Once: a gateway that never answers gets two messages for one that is counted, not any number.
    unanswered: mayHaveArrived && !again ? remember(mfa, now, carrier, code) : undefined,
    deliveries: earlier ? { ...deliveries, [id]: earlier } : deliveries,
  };
}
