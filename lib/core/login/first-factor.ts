import type { Account, RequestInfo } from '../../ports/index.js';
import { epochOf } from '../cut-off.js';
import { loadOwn } from '../enrollment/enrolled.js';
import type { Mfa } from '../mfa.js';
import { type Demand, demandOf } from './demand.js';
import { type Opening, requireFactor, type Waiting } from './waiting.js';

/** A login whose first factor just passed. */
export interface BegunLogin extends Omit<Opening, 'epoch' | 'action'> {
  readonly request: RequestInfo;
  /** Whether a demand may be waived: what was asked for is worth nothing without a second factor. */
  readonly waives?: (demand: Demand) => boolean;
}

/** What follows a right password: nothing more is needed, or a login transaction waits for the second factor. */
export type NextStep = { readonly needed: 'none'; readonly account: Account } | Waiting;

/**
 * Asks what a login needs beside its first factor, and opens the transaction that waits for it. Every door goes
 * through here.
 *
 * @throws OAuthError 503 when the store fails
 */
export async function afterFirstFactor(mfa: Mfa, login: BegunLogin): Promise<NextStep> {
  const { request, waives, ...opening } = login;
  const { user, client, audience } = login;
  const state = await loadOwn(mfa, user.id);
  const { account, own } = state;
  const demand = await demandOf(mfa, user, own, { client, audience, request });
  if (demand.needed === 'none' || waives?.(demand)) return { needed: 'none', account };
  return requireFactor(mfa, { ...opening, epoch: epochOf(account) }, state, demand);
}
