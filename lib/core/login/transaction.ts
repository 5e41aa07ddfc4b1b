import { sha256 } from '../../crypto/secrets.js';
import { errors } from '../../errors.js';
import type {
  Account,
  Authenticator,
  Client,
  Loaded,
  LoginTransaction,
  User,
} from '../../ports/index.js';
import type { VerifiedAccessToken } from '../../tokens/tokens.js';
import { commitAudited, flowOf } from '../audit.js';
import type { Step } from '../authenticator-type.js';
import { isFromBefore } from '../cut-off.js';
import type { Mfa } from '../mfa.js';
import { bury } from './expired.js';
import { isSpent, useOf } from './login-use.js';
import { refusedToken } from './token-events.js';

/** An access token may add or remove authenticators while its second factor is this fresh (security.md D19). */
const FRESH_MS = 300_000;

/** Live login transactions per user and client (security.md D17). */
const MAX_LIVE = 5;

/** A presented `mfa_token` that is genuine and not expired; the store has not been asked yet. */
export interface PresentedToken {
  /** Store id of the transaction. */
  readonly id: string;
  /** Set when it is an access token for the MFA audience (wire.md 2.1, type 2). */
  readonly access?: VerifiedAccessToken | undefined;
}

/** What a login asked for. */
export interface LoginRequest
  extends Pick<
    LoginTransaction,
    'audience' | 'scope' | 'grant' | 'amr' | 'kinds' | 'first' | 'action'
  > {
  readonly user: User;
  readonly client: Client;
  /** The request proved that it comes from a device that the user has logged in with before. */
  readonly knownDevice: boolean;
  /** Of the user's account, as it was read for this login. */
  readonly epoch: number;
}

/** Records that a first factor passed. @returns the `mfa_token` */
export async function openTransaction(mfa: Mfa, login: LoginRequest): Promise<string> {
  const now = mfa.clock.now();
  const expiresAt = now + mfa.settings.lifetimes.mfaToken;
  const { handle, id } = mfa.handles.make('mfa', expiresAt);
  const transaction: LoginTransaction = {
    ...blank(id, now, expiresAt),
    userId: login.user.id,
    clientId: login.client.id,
    audience: login.audience,
    scope: login.scope,
    grant: login.grant,
    amr: login.amr,
    kinds: login.kinds,
    ...(login.first && { first: login.first }),
    ...(login.knownDevice && { knownDevice: true }),
    ...(login.action && { action: login.action }),
    epoch: login.epoch,
  };
  const changes = { put: { transactions: [transaction] }, keepTransactions: MAX_LIVE - 1 };
  const about = { userId: login.user.id, clientId: login.client.id, flowId: flowOf(id) };
  await commitAudited(mfa, changes, [{ event: 'mfa_token.issued', ...about }]);
  return handle;
}

/** The transaction that an access token for the MFA audience stands for: one per token, as long as it lives. */
export function accessTransaction(mfa: Mfa, access: VerifiedAccessToken): LoginTransaction {
  const now = mfa.clock.now();
  return {
    ...blank(accessTransactionId(access), now, access.expiresAt),
    userId: access.sub,
    clientId: access.clientId,
    audience: mfa.audience,
    scope: access.scope.join(' '),
    grant: 'password',
    amr: access.authentication.amr,
    reusable: true,
    epoch: access.epoch,
    proven: isFreshProof(mfa, access, { recovery: true }),
  };
}

/**
 * Whether the second factor behind an access token is fresh enough to change authenticators with. A recovery code
 * lets its user enroll the replacement, but remove nothing.
 */
export function isFreshProof(
  mfa: Mfa,
  { authentication: { amr, at } }: VerifiedAccessToken,
  { recovery }: { readonly recovery: boolean },
): boolean {
  const passed = amr.includes('mfa') && (recovery || !amr.includes('recovery'));
  return passed && isFresh(mfa, at);
}

/** Whether it is at most 300 seconds since (security.md D19). */
export const isFresh = (mfa: Mfa, at: number): boolean => mfa.clock.now() - at <= FRESH_MS;

export const accessTransactionId = (access: VerifiedAccessToken): string =>
  sha256(`access_token ${access.clientId} ${access.id}`);

const blank = (id: string, createdAt: number, expiresAt: number): LoginTransaction => ({
  id,
  userId: '',
  clientId: '',
  audience: '',
  scope: '',
  grant: '',
  amr: [],
  kinds: [],
  reusable: false,
  proven: false,
  sends: 0,
  nextSendAt: 0,
  deliveries: {},
  createdAt,
  expiresAt,
});

/**
 * Reads an `mfa_token` parameter; the store is touched only by one that has expired.
 *
 * @throws OAuthError `Malformed mfa_token` or `mfa_token is expired`
 */
export async function readMfaToken(
  mfa: Mfa,
  token: string,
  { allowAccessToken }: { allowAccessToken: boolean },
): Promise<PresentedToken> {
  if (token.includes('.')) {
    const access = allowAccessToken
      ? await mfa.tokens.verifyAccessToken(token, mfa.audience)
      : undefined;
    if (!access) throw refusedToken(mfa, 'malformed');
    return { id: accessTransactionId(access), access };
  }
  const read = mfa.handles.read('mfa', token, mfa.clock.now());
  if (read.state === 'expired') await bury(mfa, { transactionId: read.id });
  if (read.state !== 'valid') throw refusedToken(mfa, read.state);
  return { id: read.id };
}

/**
 * The live transaction behind a presented token, with what belongs to its user.
 *
 * @throws OAuthError when it is gone, used up, expired, or of another client
 */
export function liveStep(mfa: Mfa, loaded: Loaded, client: Client): Step {
  const { transaction, account, authenticators, delivery } = loaded;
  const now = mfa.clock.now();
  if (!transaction || !account) throw refusedToken(mfa, 'used', { clientId: client.id });
  const { userId, clientId } = transaction;
  const about = { userId, clientId, flowId: flowOf(transaction.id) };
  if (isDead(account, transaction)) throw refusedToken(mfa, 'used', about);
  if (clientId !== client.id) throw refusedToken(mfa, 'client', about);
  if (transaction.expiresAt <= now) throw refusedToken(mfa, 'expired', about);
  return { transaction, account, authenticators: alive(authenticators, now), delivery, now };
}

/** Used up, or from before a change of the password. */
const isDead = (account: Account, transaction: LoginTransaction): boolean =>
  isSpent(account, transaction) || isFromBefore(account, transaction);

/** Whether a transaction has ended: by success, by time, or because the password was changed. */
export const isOver = (
  { account }: Pick<Loaded, 'account'>,
  transaction: LoginTransaction,
  now: number,
): boolean => !account || isDead(account, transaction) || transaction.expiresAt <= now;

/** @throws OAuthError when this login has used up its guesses: it has to begin anew (D17) */
export function triesLeft(mfa: Mfa, { account, transaction }: Step): void {
  const { attempts } = useOf(account, transaction);
  if (attempts >= mfa.settings.guesses.perTransaction) throw errors.expiredMfaToken();
}

/** Without the pending ones that nobody confirmed in time: they are as good as gone. */
export const alive = (authenticators: readonly Authenticator[], now: number): Authenticator[] =>
  authenticators.filter((it) => it.expiresAt === undefined || it.expiresAt > now);
