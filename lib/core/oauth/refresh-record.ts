import { sha256 } from '../../crypto/secrets.js';
import type { Authentication } from '../../tokens/tokens.js';
import type { Happening } from '../audit.js';
import { changeReserved, readReserved } from '../fleet/reserved-account.js';
import type { Mfa } from '../mfa.js';

/** What one login may go on with: its refresh tokens, each the next of the one before. */
export interface Family {
  readonly id: string;
  readonly clientId: string;
  /** SHA-256 of the one token that works. */
  readonly current: string;
  readonly audience: string;
  readonly scope: string;
  readonly authentication: Authentication;
  /** Kind of the authenticator that passed; undefined when none did. */
  readonly kind?: string | undefined;
  /** `Account.cutOff.epoch` at the login. */
  readonly epoch: number;
  /** When (ms). */
  readonly began: number;
  /** When (ms) the last token was given out. */
  readonly seen: number;
}

/** The families of one user: one record of the issuer, which every token names by its owner. */
export interface Families {
  readonly userId?: string | undefined;
  /** The user was deleted. */
  readonly gone?: boolean | undefined;
  readonly live: readonly Family[];
  /** Ended, maybe before they began, since a code was used twice. By id, until when (ms) this is kept. */
  readonly ended: Readonly<Record<string, number>>;
}

/** Names the record of a user, and says nothing about them. */
export const ownerOf = (userId: string): string => sha256(`refresh ${userId}`).slice(0, 22);

const topicOf = (owner: string): string => `refresh ${owner}`;

/** Without what has run out. */
function parsed(mfa: Mfa, state: string | undefined): Families {
  const now = mfa.clock.now();
  const none: Families = { live: [], ended: {} };
  const families = state === undefined ? none : (JSON.parse(state) as Families);
  return {
    ...families,
    live: families.live.filter((it) => now < endOf(mfa, it)),
    ended: Object.fromEntries(Object.entries(families.ended).filter(([, until]) => now < until)),
  };
}

/** Costs one round trip. @throws OAuthError 503 when the store fails */
export const readFamilies = async (mfa: Mfa, owner: string): Promise<Families> =>
  parsed(mfa, (await readReserved(mfa, topicOf(owner))).state);

/**
 * Changes them by compare-and-set.
 *
 * @param change - asked again when somebody else was faster; undefined leaves them as they are
 * @param happened - the events about it, asked after `change`
 * @returns what stands now
 */
export async function changeFamilies(
  mfa: Mfa,
  owner: string,
  change: (families: Families) => Families | undefined,
  happened?: () => readonly Happening[],
): Promise<Families> {
  const changeText = (text: string | undefined) => {
    const next = change(parsed(mfa, text));
    return next && JSON.stringify(next);
  };
  // The record is of no use once no token that was given out can be valid any more.
  const until = () => mfa.clock.now() + mfa.settings.lifetimes.refreshToken;
  const { state } = await changeReserved(mfa, topicOf(owner), changeText, happened, until);
  return parsed(mfa, state);
}

function endOf(mfa: Mfa, { began, seen }: Family): number {
  const { refreshToken, refreshTokenIdle } = mfa.settings.lifetimes;
  return Math.min(began + refreshToken, seen + refreshTokenIdle);
}
