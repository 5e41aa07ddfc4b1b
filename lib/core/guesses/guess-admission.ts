import { errors } from '../../errors.js';
import type { RequestInfo, Window } from '../../ports/index.js';
import { callerAddress } from '../caller-address.js';
import { isUnderAttack } from '../fleet/fleet.js';
import type { Mfa } from '../mfa.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** How exactly the times of failures are kept (ms): so much later than exact a window may open again. */
const RESOLUTION = 60_000;

/** A guess that may be made from where it comes. */
export interface Admission {
  /** The whole fleet is under attack: unknown devices get fewer guesses. */
  readonly underAttack: boolean;
  /** It was not compared, or it was right: it is no failure of the address (D8). Never rejects: a success stands. */
  takeBack(): Promise<void>;
}

/**
 * Counts a guess against the address that it comes from, before it is compared. The bound per account is the
 * guarantee; this one makes it dear to try many accounts.
 *
 * @throws OAuthError 429 when too many failed from there
 */
export async function admitGuess(mfa: Mfa, request: RequestInfo): Promise<Admission> {
  const windows = windowsOf(mfa, request);
  const at = mfa.clock.now();
  const [underAttack, reservation] = await Promise.all([
    isUnderAttack(mfa),
    windows.length === 0 ? undefined : mfa.store.reserve(windows, at),
  ]);
  if (reservation?.granted === false) {
    mfa.emit({ event: 'mfa.rate_limited', reason: 'ip' });
    throw errors.tooManyGuesses(reservation.retryAt - mfa.clock.now());
  }
  return {
    underAttack,
    async takeBack() {
      if (windows.length > 0) await mfa.store.release(windows, at).catch(() => undefined);
    },
  };
}

function windowsOf(mfa: Mfa, { ip }: RequestInfo): readonly Window[] {
  const from = callerAddress(ip);
  if (!from) return [];
  const { perIpPerHour, perIpPerDay } = mfa.settings.guesses;
  return [
    { key: `guess:1h:${from.address}`, limit: perIpPerHour, length: HOUR },
    { key: `guess:24h:${from.address}`, limit: perIpPerDay, length: DAY, resolution: RESOLUTION },
  ];
}
