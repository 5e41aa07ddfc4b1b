import { authenticatorId } from '../../crypto/codes.js';
import type { Account, TrustedDevice } from '../../ports/index.js';
import { commitWith } from '../commit.js';
import type { Mfa } from '../mfa.js';

/*
 * A device whose login needs no second factor for a while (security.md D30, R-117). Off unless the host switches it on.
 * The record stands with the account, so that whatever changes the factors or the password removes it in the same commit
 * (`cutCodesOff`). It never counts as a second factor: what it opens has the password's strength.
 */

/** Trusted devices per user; the one that was used the longest time ago makes room. */
const MAX_DEVICES = 10;

/** What the browser holds: the name of the record, and a handle that is another one after each use. */
const read = (token: string): { readonly id: string; readonly handle: string } | undefined => {
  const [id, handle, more] = token.split('.');
  return id && handle && more === undefined ? { id, handle } : undefined;
};

/**
 * Trusts the device of a login that just passed its second factor.
 *
 * @param name - what the user will know it by
 * @returns what the browser keeps; undefined where the host does not offer it
 */
export async function trustDevice(
  mfa: Mfa,
  { userId, name }: { readonly userId: string; readonly name: string },
): Promise<string | undefined> {
  const lifetime = mfa.settings.trustedDevices;
  if (lifetime === undefined) return undefined;
  const now = mfa.clock.now();
  const id = authenticatorId(mfa.random);
  const expiresAt = now + lifetime;
  const { handle, current } = make(mfa, userId, id, expiresAt);
  const device: TrustedDevice = { name, current, createdAt: now, usedAt: now, expiresAt };
  return commitWith(mfa, async () => {
    const { account } = await mfa.store.load({ userId });
    if (!account) return { changes: undefined, result: undefined };
    const trusted = { ...newest(live(account, now), MAX_DEVICES - 1), [id]: device };
    return {
      changes: { account: { ...account, trusted } },
      events: [{ event: 'remember_device.issued', userId }],
      result: `${id}.${handle}`,
    };
  });
}

/**
 * Uses a trusted device once, and gives what the browser keeps from now on. One that was used before is a copy: then the
 * device is trusted no longer.
 *
 * @returns undefined when it is not trusted
 */
export async function useTrustedDevice(
  mfa: Mfa,
  userId: string,
  token: string | undefined,
): Promise<string | undefined> {
  const given = token === undefined ? undefined : read(token);
  if (!given || mfa.settings.trustedDevices === undefined) return undefined;
  const now = mfa.clock.now();
  const { id } = given;
  const handle = mfa.handles.read('trust', given.handle, now, boundTo(userId, id));
  if (handle.state !== 'valid') return undefined;
  return commitWith(mfa, async () => {
    const { account } = await mfa.store.load({ userId });
    const device = account && live(account, now)[id];
    if (!device) return { changes: undefined, result: undefined };
    const { [id]: _, ...others } = live(account, now);
    if (device.current !== handle.id) {
      return {
        changes: { account: { ...account, trusted: others } },
        events: [{ event: 'remember_device.reuse_detected', userId }],
        result: undefined,
      };
    }
    const next = make(mfa, userId, id, device.expiresAt);
    const used = { ...device, current: next.current, usedAt: now };
    return {
      changes: { account: { ...account, trusted: { ...others, [id]: used } } },
      events: [{ event: 'remember_device.used', userId }],
      result: `${id}.${next.handle}`,
    };
  });
}

/** Forgets one device of the user, or all of them. */
export async function forgetDevices(mfa: Mfa, userId: string, id?: string): Promise<void> {
  await commitWith(mfa, async () => {
    const { account } = await mfa.store.load({ userId });
    if (!account?.trusted) return { changes: undefined, result: undefined };
    const { [id ?? '']: _, ...others } = account.trusted;
    return {
      changes: { account: { ...account, trusted: id === undefined ? undefined : others } },
      events: [{ event: 'remember_device.revoked', userId }],
      result: undefined,
    };
  });
}

/** Those that are trusted still, by id. */
export const trustedDevices = (
  account: Account,
  now: number,
): readonly (TrustedDevice & { readonly id: string })[] =>
  Object.entries(live(account, now)).map(([id, device]) => ({ id, ...device }));

const live = ({ trusted = {} }: Account, now: number): Readonly<Record<string, TrustedDevice>> =>
  Object.fromEntries(Object.entries(trusted).filter(([, { expiresAt }]) => expiresAt > now));

const newest = (devices: Readonly<Record<string, TrustedDevice>>, room: number) =>
  Object.fromEntries(
    Object.entries(devices)
      .toSorted(([, a], [, b]) => b.usedAt - a.usedAt)
      .slice(0, room),
  );

const boundTo = (userId: string, id: string): string => `${userId} ${id}`;

function make(mfa: Mfa, userId: string, id: string, expiresAt: number) {
  const made = mfa.handles.make('trust', expiresAt, boundTo(userId, id));
  return { handle: made.handle, current: made.id };
}
