import type { Channel } from '../channels/channel.js';
import type { Mfa } from '../core/mfa.js';
import type { Authenticator } from '../ports/index.js';

/** Numbers and addresses are bound to the user and record that they were sealed for. */
const sealedFor = (mfa: Mfa, userId: string, id: string) => ['oob1', mfa.issuer, userId, id];

/** The credential of a number or address; also for those that are imported. */
export const oobCredential = (mfa: Mfa, to: string, userId: string, id: string): string =>
  mfa.seal.seal(to, sealedFor(mfa, userId, id));

/** The blind indexes of a number or address, the one to store first. */
export const addressIndexes = (mfa: Mfa, kind: string, canonical: string): readonly string[] =>
  mfa.hash.all('address', [kind, canonical]);

/** The same for what was opened. */
export const indexesOf = (mfa: Mfa, { kind, canonical }: Channel, to: string): readonly string[] =>
  addressIndexes(mfa, kind, canonical?.(to) ?? to);

/** @throws Error, after an alarm, when it was moved to another row or its key is gone */
export function openAddress(mfa: Mfa, { userId, id, credential }: Authenticator): string {
  try {
    return mfa.seal.open(credential, sealedFor(mfa, userId, id));
  } catch (cause) {
    mfa.emit({ event: 'oob.address.decrypt_failed', userId, authenticatorId: id, cause });
    throw cause;
  }
}

/**
 * Under the current encryption key, and indexed under the current pepper; undefined when it is so already.
 *
 * @throws Error when no key opens it
 */
export function resealAddress(
  mfa: Mfa,
  channels: readonly Channel[],
  authenticator: Authenticator,
): Authenticator | undefined {
  const { kind, userId, id, credential, address = '' } = authenticator;
  const channel = channels.find((it) => it.kind === kind);
  if (!channel) throw new Error(`no channel reaches ${kind}`);
  if (mfa.seal.isCurrent(credential) && mfa.hash.isCurrent(address)) return undefined;
  const to = openAddress(mfa, authenticator);
  return {
    ...authenticator,
    credential: oobCredential(mfa, to, userId, id),
    address: indexesOf(mfa, channel, to)[0],
  };
}
