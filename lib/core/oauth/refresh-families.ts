import { sha256 } from '../../crypto/secrets.js';
import type { Mfa } from '../mfa.js';
import { authorizationErrors } from './authorization-errors.js';
import { changeFamilies, type Family, ownerOf, readFamilies } from './refresh-record.js';

/*
 * Each use of a refresh token gives the next one of its family, and the use of an earlier one ends them all: somebody
 * has a copy (security.md D22, R-097; RFC 9700 section 4.14).
 */

/** A genuine refresh token; whether it is still good, the store knows. */
export interface PresentedRefreshToken {
  /** SHA-256 of it. */
  readonly hash: string;
  readonly owner: string;
  readonly familyId: string;
}

/** Per user and client; the one that was not used for the longest time ends. */
const MAX_FAMILIES = 20;
/** Longer than any authorization code lives. */
const ENDED_MS = 600_000;

/** Begins a family, and gives its first token; a dead one when it had been ended already. */
export async function startFamily(
  mfa: Mfa,
  {
    userId,
    id = mfa.random.bytes(16).toString('base64url'),
    ...login
  }: Omit<Family, 'id' | 'current' | 'began' | 'seen'> & {
    readonly userId: string;
    readonly id?: string | undefined;
  },
): Promise<string> {
  const now = mfa.clock.now();
  const owner = ownerOf(userId);
  const { token, hash } = newToken(mfa, owner, id, now);
  const family: Family = { ...login, id, current: hash, began: now, seen: now };
  await changeFamilies(mfa, owner, ({ live, ended }) => {
    if (ended[id] !== undefined) return undefined;
    const others = live.filter((it) => it.id !== id);
    const same = others.filter((it) => it.clientId === login.clientId);
    const newest = same.toSorted((a, b) => b.seen - a.seen).slice(0, MAX_FAMILIES - 1);
    const kept = others.filter((it) => it.clientId !== login.clientId || newest.includes(it));
    return { userId, live: [...kept, family], ended };
  });
  return token;
}

/**
 * Reads a refresh token without touching the store.
 *
 * @returns undefined when it is none of ours, or too old
 */
export function readRefreshToken(mfa: Mfa, token: string): PresentedRefreshToken | undefined {
  const [handle = '', owner = '', familyId = '', ...rest] = token.split('.');
  const read = mfa.handles.read('rt', handle, mfa.clock.now(), `${owner} ${familyId}`);
  if (read.state !== 'valid' || rest.length > 0) return undefined;
  return { hash: read.id, owner, familyId };
}

/**
 * The family of a token that works. One that was used before ends the family.
 *
 * @throws OAuthError when it works no more
 */
export async function findFamily(
  mfa: Mfa,
  presented: PresentedRefreshToken,
): Promise<{ readonly userId: string; readonly family: Family }> {
  const { userId, gone, live } = await readFamilies(mfa, presented.owner);
  if (gone) throw authorizationErrors.refreshUserGone();
  const family = live.find(({ id }) => id === presented.familyId);
  if (!family || userId === undefined) throw authorizationErrors.invalidRefreshToken();
  if (family.current !== presented.hash) await refuseReused(mfa, presented);
  return { userId, family };
}

/**
 * Gives the next token of a family; of many copies of one token, one gets it, and the others end the family.
 *
 * @throws OAuthError when another was faster
 */
export async function rotate(
  mfa: Mfa,
  presented: PresentedRefreshToken,
  { family: { began, clientId }, userId }: { readonly family: Family; readonly userId: string },
): Promise<string> {
  const { owner, familyId, hash } = presented;
  const next = newToken(mfa, owner, familyId, began);
  const { live } = await changeFamilies(
    mfa,
    owner,
    (families) => {
      const family = families.live.find(({ id }) => id === familyId);
      if (family?.current !== hash) return undefined;
      const moved: Family = { ...family, current: next.hash, seen: mfa.clock.now() };
      return { ...families, live: families.live.map((it) => (it === family ? moved : it)) };
    },
    () => [{ event: 'token.refreshed', userId, clientId }],
  );
  if (!live.some(({ current }) => current === next.hash)) await refuseReused(mfa, presented);
  return next.token;
}

async function refuseReused(mfa: Mfa, presented: PresentedRefreshToken): Promise<never> {
  await endFamily(mfa, presented, { reused: true });
  throw authorizationErrors.invalidRefreshToken();
}

/** The family is over. Ending one that is not there keeps it from beginning for a while. */
export async function endFamily(
  mfa: Mfa,
  { owner, familyId }: Omit<PresentedRefreshToken, 'hash'>,
  { reused }: { readonly reused: boolean },
): Promise<void> {
  let ended: Family | undefined;
  let userId: string | undefined;
  await changeFamilies(
    mfa,
    owner,
    (families) => {
      userId = families.userId;
      ended = families.live.find(({ id }) => id === familyId);
      if (!ended && families.ended[familyId] !== undefined) return undefined;
      const until = mfa.clock.now() + ENDED_MS;
      const live = families.live.filter((it) => it !== ended);
      return { ...families, live, ended: { ...families.ended, [familyId]: until } };
    },
    () => {
      const about = { userId, clientId: ended?.clientId };
      if (!ended) return [];
      return reused
        ? [{ event: 'token.reuse_detected', ...about }]
        : [{ event: 'token.revoked', ...about }];
    },
  );
}

/** The family that a code of this user begins. */
export const familyOfCode = (
  userId: string,
  codeId: string,
): Omit<PresentedRefreshToken, 'hash'> => ({
  owner: ownerOf(userId),
  familyId: sha256(`family ${codeId}`).slice(0, 22),
});

/** Every family of the user is over; when the user is gone, nothing but that stays. */
export async function endFamilies(
  mfa: Mfa,
  userId: string,
  { gone = false }: { readonly gone?: boolean } = {},
): Promise<void> {
  await changeFamilies(mfa, ownerOf(userId), (families) => {
    if (families.userId === undefined) return undefined;
    if (gone) return { gone, live: [], ended: {} };
    return families.live.length === 0 ? undefined : { ...families, live: [] };
  });
}

function newToken(mfa: Mfa, owner: string, familyId: string, began: number) {
  const end = began + mfa.settings.lifetimes.refreshToken;
  const { handle, id } = mfa.handles.make('rt', end, `${owner} ${familyId}`);
  return { token: `${handle}.${owner}.${familyId}`, hash: id };
}
