import { errors } from '../errors.js';
import { MAX_DEPTH, refuseMany, tooDeep } from './parse-body.js';

/** security.md D32 */
export const MAX_BYTES = 16 * 1024;

export const tooLarge = () => errors.invalidRequest('The body is larger than 16 KB', 413);

/**
 * The parameters in what a parser of the parent app made of a body. What that parser lets through is held to the limits
 * of our own: it may take bodies of megabytes, any number of names, and brackets that nest.
 *
 * @throws OAuthError `invalid_request` with status 400 or 413
 */
export function takeParsed(body: unknown): ReadonlyMap<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw errors.invalidRequest('The body must be a JSON object or a form');
  }
  const entries = Object.entries(body);
  refuseMany(entries.length);
  measure(entries, 1, 0);
  return new Map(entries);
}

/** Characters in names and values; stops at the first limit that is passed. */
function measure(entries: readonly (readonly [string, unknown])[], depth: number, before: number) {
  if (depth > MAX_DEPTH) throw tooDeep();
  let size = before;
  for (const [name, value] of entries) {
    size += name.length + 1;
    if (typeof value === 'string') size += value.length;
    if (size > MAX_BYTES) throw tooLarge();
    if (typeof value === 'object' && value !== null) {
      size = measure(Object.entries(value), depth + 1, size);
    }
  }
  return size;
}
