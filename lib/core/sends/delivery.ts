import { bindingCode } from '../../crypto/codes.js';
import type { Account, Delivery, LoginTransaction, RequestInfo } from '../../ports/index.js';
import type { Carrier } from '../authenticator-type.js';
import type { Locale } from '../locale.js';
import { recordUse, useOf } from '../login/login-use.js';
import type { Mfa } from '../mfa.js';
import { chargeSend } from './send-budget.js';
import { recall } from './unanswered.js';

/** A message that is charged and about to be sent. */
export interface Outgoing {
  readonly delivery: Delivery;
  /** `oob_code` */
  readonly handle: string;
  readonly code: string;
  readonly carrier: Carrier;
  /** Of the user. */
  readonly locale: Locale;
  /** Who asked for it. */
  readonly request: RequestInfo;
  readonly transaction: LoginTransaction;
  readonly account: Account;
  /** The transaction before it. */
  readonly before: LoginTransaction;
  /** Guesses charged against the code before it. */
  readonly guessesBefore: number;
  /** The same code goes out once more because the first message got no answer: counted for the number already. */
  readonly again: boolean;
}

/** Whom a code goes to, how, and what for. */
export interface Addressee {
  readonly authenticatorId: string;
  readonly carrier: Carrier;
  readonly locale: Locale;
  readonly request: RequestInfo;
  readonly purpose: Delivery['purpose'];
}

/** The values that a binding code is hashed with: it is worth nothing anywhere else. */
export const codeParts = (delivery: Omit<Delivery, 'state'>, code: string): readonly string[] => [
  'otp1',
  delivery.id,
  delivery.userId,
  delivery.purpose,
  code,
];

/** Whether the user's authenticators were changed by another login since it was sent (security.md R-056). */
export const isCutOff = ({ codes }: Account, { epoch = 0, transactionId }: Delivery): boolean =>
  codes !== undefined && epoch < codes.epoch && transactionId !== codes.except;

/**
 * The account after a change of its authenticators; counted and not timed, since clocks differ. No device is trusted any
 * more (security.md R-117).
 */
export const cutCodesOff = (account: Account, except: string): Account => ({
  ...account,
  trusted: undefined,
  codes: { epoch: (account.codes?.epoch ?? 0) + 1, except },
});

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
  to: Addressee,
): Outgoing {
  const now = mfa.clock.now();
  const { settings, random } = mfa;
  const { transaction, account } = chargeSend(from, { now, limits: settings.sends, random });
  const recalled = recall(mfa, from.transaction, to.carrier);
  const code = recalled ?? bindingCode(random, to.carrier.digits);
  const { delivery, handle } = makeDelivery(mfa, from, to, code);
  const { [to.authenticatorId]: guesses = 0, ...others } = useOf(account, transaction).guesses;
  const usedUp = guesses >= settings.guesses.perChallenge;
  return {
    delivery,
    handle,
    code,
    carrier: to.carrier,
    locale: to.locale,
    request: to.request,
    account: usedUp ? recordUse(account, transaction, { guesses: others }, now) : account,
    before: from.transaction,
    guessesBefore: guesses,
    again: recalled !== undefined,
    transaction: {
      ...transaction,
      unanswered: undefined,
      deliveries: { ...transaction.deliveries, [to.authenticatorId]: delivery.id },
    },
  };
}

function makeDelivery(
  mfa: Mfa,
  { transaction, account }: { readonly transaction: LoginTransaction; readonly account: Account },
  { authenticatorId, carrier, purpose }: Addressee,
  code: string,
): { delivery: Delivery; handle: string } {
  const now = mfa.clock.now();
  const expiresAt = now + mfa.settings.lifetimes.bindingCode;
  const { handle, id } = mfa.handles.make('oob', expiresAt);
  const bare = {
    id,
    transactionId: transaction.id,
    userId: transaction.userId,
    authenticatorId,
    channel: carrier.channel,
    // A code to a fictional number tells nothing about its country.
    ...(carrier.reach && !carrier.reach.fictional && { country: carrier.reach.country }),
    purpose,
    epoch: account.codes?.epoch ?? 0,
    createdAt: now,
    expiresAt,
  };
  const state = mfa.hash.make('code', codeParts(bare, code));
  return { delivery: { ...bare, state }, handle };
}
