import { isIPv4, isIPv6 } from 'node:net';

/** Where a request comes from, as limits count it. */
export interface CallerAddress {
  /** An IPv4 address, or the /64 of an IPv6 address: one customer has all of it. */
  readonly address: string;
  /** The /24 around an IPv4 address. */
  readonly network?: string | undefined;
}

/**
 * Reads `req.ip`. IPv4 in the shape of IPv6 is IPv4, whatever its spelling (security.md R-029). Loopback and unknown
 * addresses are nobody's: behind a proxy on the same machine, before `trust proxy` is set, everybody has them.
 *
 * @returns undefined when the address says nothing about who asks
 */
export function callerAddress(ip: string): CallerAddress | undefined {
  if (isIPv4(ip)) return ofIPv4(ip);
  const bare = ip.split('%')[0] ?? '';
  return isIPv6(bare) ? ofIPv6(groupsOf(bare)) : undefined;
}

function ofIPv4(address: string): CallerAddress | undefined {
  if (address.startsWith('127.') || address === '0.0.0.0') return undefined;
  return { address, network: `${address.slice(0, address.lastIndexOf('.'))}.0/24` };
}

function ofIPv6(groups: readonly number[]): CallerAddress | undefined {
  const leading = groups.slice(0, 5).every((group) => group === 0);
  const [high = 0, low = 0] = groups.slice(6);
  if (leading && groups[5] === 0xffff) {
    return ofIPv4([high >> 8, high & 255, low >> 8, low & 255].join('.'));
  }
  if (leading && groups[5] === 0 && high === 0 && low <= 1) return undefined;
  const prefix = groups.slice(0, 4).map((group) => group.toString(16));
  return { address: `${prefix.join(':')}::/64` };
}

/** The eight groups; a URL parser brings every spelling into one. */
function groupsOf(ip: string): readonly number[] {
  const [left = '', right] = new URL(`http://[${ip}]/`).hostname.slice(1, -1).split('::');
  const numbers = (part: string) =>
    part
      .split(':')
      .filter(Boolean)
      .map((it) => parseInt(it, 16));
  const [first, last] = [numbers(left), numbers(right ?? '')];
  return right === undefined
    ? first
    : [...first, ...Array(8 - first.length - last.length).fill(0), ...last];
}
