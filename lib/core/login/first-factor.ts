import { errors, type OAuthError } from '../../errors.js';
import type { Account, Client, RequestInfo, User } from '../../ports/index.js';
import { epochOf } from '../cut-off.js';
import type { Mfa } from '../mfa.js';
import { isKnownDevice } from '../session/known-device.js';
import { type Demand, demandOf, requirements } from './demand.js';
import { alive, openTransaction } from './transaction.js';

/** A login whose first factor just passed. */
export interface FirstFactor {
  readonly user: User;
  readonly client: Client;
  readonly audience: string;
  readonly scope: string;
  /** `gty` of the tokens to come. */
  readonly grant: string;
  readonly amr: readonly string[];
  readonly request: RequestInfo;
  /** The mark of a known device that came along, not checked yet. */
  readonly device: string | undefined;
  /** Whether a demand may be waived: what was asked for is worth nothing without a second factor. */
  readonly waives?: (demand: Demand) => boolean;
}

/** What follows a right password: nothing more is needed, or a login transaction waits for the second factor. */
export type NextStep =
  | { readonly needed: 'none'; readonly account: Account }
  | {
      readonly needed: 'enroll' | 'challenge';
      /** `mfa_token` */
      readonly token: string;
      /** What may be enrolled, or what the user can be challenged with (wire.md 3.4). */
      readonly requirements: ReturnType<typeof requirements>;
    };

/**
 * Asks what a login needs beside its first factor, and opens the transaction that waits for it. Every door goes
 * through here.
 *
 * @throws OAuthError 503 when the store fails
 */
export async function afterFirstFactor(mfa: Mfa, login: FirstFactor): Promise<NextStep> {
  const { user, client, audience, request, device, waives } = login;
  const { account, authenticators } = await mfa.store.load({ userId: user.id });
  if (!account) throw new TypeError('store.load({ userId }) gave no account');
  const own = alive(authenticators, mfa.clock.now());
  const demand = await demandOf(mfa, user, own, { client, audience, request });
  if (demand.needed === 'none' || waives?.(demand)) return { needed: 'none', account };
  const token = await openTransaction(mfa, {
    user,
    client,
    audience,
    scope: login.scope,
    grant: login.grant,
    amr: login.amr,
    kinds: demand.kinds,
    first: demand.first,
    knownDevice: isKnownDevice(mfa, device, account),
    epoch: epochOf(account),
  });
  mfa.emit({ event: 'mfa.required', userId: user.id, clientId: client.id, reason: demand.needed });
  return {
    needed: demand.needed,
    token,
    requirements: requirements(mfa, { account, authenticators: own }, demand),
  };
}

/** 403 `mfa_required`, with the `mfa_token` and what can be done with it. */
export const mfaRequired = (mfa: Mfa, { token, requirements }: Waiting): OAuthError =>
  errors.mfaRequired({
    mfa_token: token,
    ...(mfa.settings.mfaRequirements && { mfa_requirements: requirements }),
  });

/** A login that waits for its second factor. */
export type Waiting = Exclude<NextStep, { readonly needed: 'none' }>;
