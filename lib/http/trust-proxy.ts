import type { Request } from 'express';
import { configurationError } from '../errors.js';

/** Expressed as in Express: whether the address, so many hops away, is a proxy of ours. */
type Trust = (address: string, hop: number) => boolean;

/** Addresses of documentation, RFC 5737 and RFC 3849: nobody's proxy. */
const STRANGERS = ['192.0.2.1', '198.51.100.1', '2001:db8::1'];
/** Farther away than any proxy. */
const FAR = 255;

/**
 * Looks at `trust proxy` of the app that a router is mounted in: whoever believes every `X-Forwarded-For` believes an
 * address that any client can write, and limits per address bind nobody (security.md R-029). Looked at when the setting
 * is a new one, not at every request.
 *
 * @returns a check that throws TypeError `ERR_MFA_TRUST_PROXY`
 */
export function trustCheck(): (request: Request) => void {
  let known: unknown;
  return ({ app }) => {
    const trust: unknown = app?.get('trust proxy fn');
    if (trust === known) return;
    if (typeof trust === 'function' && trustsEveryone(trust as Trust)) {
      const problem =
        "must not be true: write the number of proxies, or their addresses: app.set('trust proxy', 1)";
      throw configurationError('ERR_MFA_TRUST_PROXY', 'trust proxy', problem);
    }
    known = trust;
  };
}

const trustsEveryone = (trust: Trust): boolean =>
  STRANGERS.some((address) => trust(address, FAR) === true);
