import type { Client } from '../../ports/index.js';

/** The address of the own machine with its port, and nothing that only looks like it. */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?=[/?]|$)/;
/** A browser would run these in our name. */
const CODE = /^(?:javascript|data|vbscript|blob|about):/i;

const withoutPort = (uri: string): string => uri.replace(LOOPBACK, 'http://$1');

/**
 * Whether this is a redirect URI of the client, as a string: nothing is decoded, completed or cut off first. Native
 * apps take whatever port the system gives them (RFC 8252 section 7.3; security.md R-096).
 */
export function isRedirectUri(client: Client, uri: string): boolean {
  const registered = client.redirectUris ?? [];
  if (!URL.canParse(uri) || uri.includes('#') || CODE.test(uri)) return false;
  if (registered.includes(uri)) return true;
  if (client.applicationType !== 'native' || !LOOPBACK.test(uri)) return false;
  return registered.some((it) => LOOPBACK.test(it) && withoutPort(it) === withoutPort(uri));
}

/** The redirect URI with these parameters behind its own. */
export function withParameters(uri: string, members: Readonly<Record<string, string>>): string {
  const joint = uri.includes('?') ? '&' : '?';
  return new URL(`${uri}${joint}${new URLSearchParams(members)}`).href;
}
