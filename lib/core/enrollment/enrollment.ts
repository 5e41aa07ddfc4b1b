import { authenticatorId } from '../../crypto/codes.js';
import { errors } from '../../errors.js';
import type {
  Account,
  Authenticator,
  Changes,
  Loaded,
  LoginTransaction,
  RequestInfo,
  User,
} from '../../ports/index.js';
import type { VerifiedAccessToken } from '../../tokens/tokens.js';
import { admitUser } from '../admit.js';
import { flowOf } from '../audit.js';
import type { Association } from '../authenticator-type.js';
import { commitWith } from '../commit.js';
import { localeOf } from '../locale.js';
import { enrollableKinds } from '../login/demand.js';
import { accessTransaction, alive, isOver } from '../login/transaction.js';
import type { Mfa } from '../mfa.js';
import { type Outgoing, prepareDelivery } from '../sends/delivery.js';
import { send, type Undo } from '../sends/send.js';
import { clientOf } from '../session/session-client.js';
import { isEnrolled, mayProve } from './enrolled.js';
import { refusing, startEvents } from './enrollment-events.js';
import { displaced, mayEnroll, withinLimits } from './enrollment-rules.js';
import { firstRecoveryCode } from './recovery.js';

/** Who asks, and what for. */
export interface EnrollmentRequest {
  readonly transactionId: string;
  /** Set when the caller came with an access token for the MFA audience. */
  readonly access?: VerifiedAccessToken | undefined;
  /** The client that the request names, if it names one. */
  readonly clientId?: string | undefined;
  readonly info: RequestInfo;
  readonly association: Association;
}

/** An enrollment that waits for its first proof. */
export interface StartedEnrollment {
  readonly user: User;
  readonly transaction: LoginTransaction;
  readonly authenticator: Authenticator;
  /** `oob_code`, when a code was sent. */
  readonly handle?: string | undefined;
  /** Shown once, with the user's first enrollment. */
  readonly recoveryCode?: string | undefined;
  /** When it can no longer be confirmed (ms). */
  readonly expiresAt: number;
}

interface Started extends StartedEnrollment {
  readonly outgoing?: Outgoing | undefined;
  readonly undo: Undo;
}

/**
 * Starts an enrollment: a pending authenticator that proves nothing until the code that goes with it has come
 * back in the same login (wire.md section 4; security.md ).
 *
 * @throws OAuthError when the caller may not enroll, or when no message can be sent
 */
export async function startEnrollment(
  mfa: Mfa,
  request: EnrollmentRequest,
): Promise<StartedEnrollment> {
  const { transactionId, access, association } = request;
  const keys = { transactionId, userId: access?.sub, address: association.addresses };
  const started = await commitWith(mfa, async () => {
    const loaded = await mfa.store.load(keys);
    const found = transactionOf(mfa, loaded, request);
    const user = await admitUser(mfa, found.userId, errors.invalidBearer);
    if (!access && (await mfa.mayEnrollFirst(user, request.info)) !== true) {
      throw errors.factorDisabled();
    }
    const transaction = access ? await underPolicy(mfa, user, found, request.info) : found;
    return begin(mfa, { user, transaction, loaded, ...request });
  }).catch(refusing(mfa, association.kind, { userId: access?.sub, flowId: flowOf(transactionId) }));
  const { outgoing, undo } = started;
  if (outgoing) await send(mfa, outgoing, undo);
  return started;
}

/** @throws OAuthError when the bearer token is dead, another client's, or may not enroll */
function transactionOf(
  mfa: Mfa,
  loaded: Loaded,
  { access, clientId }: EnrollmentRequest,
): LoginTransaction {
  const now = mfa.clock.now();
  const fresh = access && accessTransaction(mfa, access);
  // An access token proves less as it grows older, whatever it proved when it was first used.
  const transaction = fresh
    ? { ...(loaded.transaction ?? fresh), proven: fresh.proven }
    : loaded.transaction;
  if (!transaction || isOver(loaded, transaction, now)) throw errors.invalidBearer();
  if (clientId !== undefined && clientId !== transaction.clientId) throw errors.foreignMfaToken();
  const stale = access?.authentication.amr.includes('mfa') && !transaction.proven;
  if (stale && isEnrolled(loaded.authenticators)) throw errors.invalidBearer();
  return transaction;
}

/** For an access token the policy was asked at the login, if at all, and its answer was not kept: it is asked again. */
async function underPolicy(
  mfa: Mfa,
  user: User,
  transaction: LoginTransaction,
  request: RequestInfo,
): Promise<LoginTransaction> {
  const client = await clientOf(mfa, transaction.clientId);
  if (!client) throw errors.invalidBearer();
  const question = { client, audience: transaction.audience, request };
  return { ...transaction, kinds: await enrollableKinds(mfa, user, question) };
}

interface Beginning extends Pick<EnrollmentRequest, 'association' | 'info'> {
  readonly user: User;
  readonly transaction: LoginTransaction;
  readonly loaded: Loaded;
}

function begin(mfa: Mfa, beginning: Beginning) {
  const { user, transaction, loaded, association } = beginning;
  const now = mfa.clock.now();
  const own = alive(loaded.authenticators, now);
  const account = loaded.account as Account;
  mayEnroll(transaction, own);
  const { kind, addresses = [undefined] } = association;
  if (!addresses.every((address) => mayProve(transaction, { kind, address }))) {
    throw errors.factorDisabled();
  }
  withinLimits(mfa, loaded, own, kind);

  const authenticator = pending(mfa, transaction, association, now);
  const recovery = firstRecoveryCode(mfa, transaction, own, now);
  const started = recovery ? [authenticator, recovery.authenticator] : [authenticator];
  const dropped = displaced(own, authenticator);
  const outgoing = firstCode(mfa, { transaction, account }, authenticator, beginning);
  const confirmBy = Math.min(now + mfa.settings.lifetimes.enrollment, transaction.expiresAt);
  const result: Started = {
    user,
    transaction,
    authenticator,
    handle: outgoing?.handle,
    recoveryCode: recovery?.code,
    expiresAt: outgoing?.delivery.expiresAt ?? confirmBy,
    outgoing,
    undo: { started: started.map(({ id }) => id), replaced: dropped },
  };
  const changes: Changes = {
    account: outgoing?.account ?? account,
    put: {
      authenticators: started,
      transactions: [outgoing?.transaction ?? transaction],
      deliveries: outgoing ? [outgoing.delivery] : [],
    },
    remove: { authenticators: dropped.map(({ id }) => id) },
  };
  const channel = outgoing?.carrier.channel;
  return { result, changes, events: startEvents({ transaction, started, dropped, channel }) };
}

/** The code that confirms it, when one has to be sent. */
function firstCode(
  mfa: Mfa,
  from: { readonly transaction: LoginTransaction; readonly account: Account },
  { id: authenticatorId }: Authenticator,
  { association: { delivery: carrier }, user, info: request }: Beginning,
): Outgoing | undefined {
  if (!carrier) return undefined;
  const to = { authenticatorId, carrier, locale: localeOf(mfa, user), request };
  return prepareDelivery(mfa, from, { ...to, purpose: 'enroll' });
}

function pending(
  mfa: Mfa,
  transaction: LoginTransaction,
  association: Association,
  now: number,
): Authenticator {
  const id = authenticatorId(mfa.random);
  return {
    id,
    userId: transaction.userId,
    kind: association.kind,
    status: 'pending',
    credential: association.credential(transaction.userId, id),
    name: association.name,
    address: association.addresses?.[0],
    transactionId: transaction.id,
    createdAt: now,
    expiresAt: now + mfa.settings.lifetimes.enrollment,
  };
}
