import type { Request } from './express-types.js';

/** Stands for this origin while a path is parsed; reserved by RFC 2606, so nobody's. */
const HERE = 'https://here.invalid';

/**
 * Where a login may return to (security.md R-113): a path of this origin that is on the list, parsed as browsers
 * parse it and written anew, so that nothing of what was sent goes out as it came.
 *
 * @param allowed - paths; one that ends in `/*` allows everything below it
 * @returns path, query and fragment; undefined when it leads elsewhere
 */
export function safeReturnTo(
  value: string | undefined,
  allowed: readonly string[],
): string | undefined {
  if (value === undefined || !value.startsWith('/') || !URL.canParse(value, HERE)) return undefined;
  const { origin, pathname, search, hash } = new URL(value, HERE);
  if (origin !== HERE || pathname.startsWith('//')) return undefined;
  const fits = (it: string) =>
    it.endsWith('/*') ? pathname.startsWith(it.slice(0, -1)) : pathname === it;
  return allowed.some(fits) ? `${pathname}${search}${hash}` : undefined;
}

/** What the form or the URL of a login asks for; nothing is checked yet. */
export function namedReturnTo({ query, body }: Request): string | undefined {
  const inBody = (body as { readonly returnTo?: unknown } | undefined)?.returnTo;
  const named = inBody ?? query['returnTo'];
  return typeof named === 'string' ? named : undefined;
}
