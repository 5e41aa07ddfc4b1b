import { bindingCode } from '../crypto/codes.js';
import { errors } from '../errors.js';
import type { Account, Authenticator, Delivery, LoginTransaction } from '../ports/index.js';
import type { Carrier } from './authenticator-type.js';
import { commitWith } from './commit.js';
import type { Mfa } from './mfa.js';
import { addressWindows, chargeSend } from './send-budget.js';

/** A message that is charged and about to be sent. */
export interface Outgoing {
  readonly delivery: Delivery;
  /** `oob_code` */
  readonly handle: string;
  readonly code: string;
  readonly carrier: Carrier;
  readonly transaction: LoginTransaction;
  readonly account: Account;
  /** The transaction before it. */
  readonly before: LoginTransaction;
}

/** The values that a binding code is hashed with: it is worth nothing anywhere else. */
export const codeParts = (delivery: Omit<Delivery, 'state'>, code: string): readonly string[] => [
  'otp1',
  delivery.id,
  delivery.userId,
  delivery.purpose,
  code,
];

/**
 * Makes a code for one authenticator and charges the message to the login and the user. It takes the place of
 * the earlier one of this login and authenticator and keeps its count of guesses; a count that is used
 * up starts anew, since the wait that it brought is over by then.
 *
 * @throws OAuthError 429 when no message may be sent now
 */
export function prepareDelivery(
  mfa: Mfa,
  from: { readonly transaction: LoginTransaction; readonly account: Account },
  to: {
    readonly authenticatorId: string;
    readonly carrier: Carrier;
    readonly purpose: Delivery['purpose'];
  },
): Outgoing {
  const now = mfa.clock.now();
  const { settings, random } = mfa;
  const charged = chargeSend(from, { now, limits: settings.sends, random });
  const expiresAt = now + settings.lifetimes.bindingCode;
  const { handle, id } = mfa.handles.make('oob', expiresAt);
  const code = bindingCode(random, to.carrier.digits);
  const bare = {
    id,
    transactionId: from.transaction.id,
    userId: from.transaction.userId,
    authenticatorId: to.authenticatorId,
    channel: to.carrier.channel,
    purpose: to.purpose,
    createdAt: now,
    expiresAt,
  };
  const { [to.authenticatorId]: guesses = 0, ...others } = from.transaction.guesses;
  const kept = guesses < settings.guesses.perChallenge && guesses > 0;
  return {
    delivery: { ...bare, state: mfa.hash.make('code', codeParts(bare, code)) },
    handle,
    code,
    carrier: to.carrier,
    account: charged.account,
    before: from.transaction,
    transaction: {
      ...charged.transaction,
      guesses: kept ? { ...others, [to.authenticatorId]: guesses } : others,
      deliveries: { ...from.transaction.deliveries, [to.authenticatorId]: id },
    },
  };
}

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
 * earlier code works on, nothing is charged, what was started with it is gone.
 *
 * @throws OAuthError 429, 502 or 503
 */
export async function send(mfa: Mfa, outgoing: Outgoing, undo: Undo = NOTHING): Promise<void> {
  const { delivery, carrier, code } = outgoing;
  const { id, purpose, userId, channel, authenticatorId } = delivery;
  const about = { userId, channel, authenticatorId, clientId: outgoing.transaction.clientId };
  const windows = addressWindows(carrier.address, mfa.settings.sends);
  const reserved = await mfa.store.reserve(windows, mfa.clock.now());
  if (!reserved.granted) {
    mfa.emit({ event: 'mfa.rate_limited', reason: 'address', ...about });
    await takeBack(mfa, outgoing, undo);
    throw errors.tooManySends(reserved.retryAt - mfa.clock.now());
  }
  try {
    await carrier.send({ id, code, purpose });
  } catch (error) {
    mfa.emit({ event: 'mfa.challenge.delivery_failed', cause: error, ...about });
    await takeBack(mfa, outgoing, undo);
    await mfa.store.release(windows, mfa.clock.now());
    throw error;
  }
  mfa.emit({ event: 'mfa.challenge.created', ...about });
}

async function takeBack(mfa: Mfa, outgoing: Outgoing, undo: Undo): Promise<void> {
  const { delivery, before } = outgoing;
  await commitWith(mfa, async () => {
    const loaded = await mfa.store.load({ transactionId: before.id, userId: before.userId });
    const { transaction, account } = loaded;
    if (!account) return { changes: undefined, result: undefined };
    const own = account.sends.lastIndexOf(delivery.createdAt);
    const sends = own < 0 ? account.sends : account.sends.toSpliced(own, 1);
    const isLast = transaction?.deliveries[delivery.authenticatorId] === delivery.id;
    return {
      result: undefined,
      changes: {
        account: { ...account, sends },
        put: {
          authenticators: isLast ? undo.replaced : [],
          transactions: isLast ? [restored(transaction, outgoing)] : [],
        },
        remove: { deliveries: [delivery.id], authenticators: undo.started },
      },
    };
  });
}

/** The transaction as if the message had not been asked for; guesses that were charged since stay charged. */
function restored(now: LoginTransaction, { before, delivery }: Outgoing): LoginTransaction {
  const id = delivery.authenticatorId;
  const { [id]: _, ...deliveries } = now.deliveries;
  const earlier = before.deliveries[id];
  const guesses = Math.max(before.guesses[id] ?? 0, now.guesses[id] ?? 0);
  return {
    ...now,
    sends: now.sends - 1,
    nextSendAt: before.nextSendAt,
    guesses: { ...now.guesses, [id]: guesses },
    deliveries: earlier ? { ...deliveries, [id]: earlier } : deliveries,
  };
}
