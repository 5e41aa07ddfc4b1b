import { errors } from '../errors.js';

/** security.md D32 */
const MAX_PARAMETERS = 50;
export const MAX_DEPTH = 5;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a JSON object or a form. A name that stands twice is an error: parsers disagree about which one counts
 * (security.md R-120).
 *
 * @throws OAuthError `invalid_request` with status 400 or 415
 */
export function parseBody(
  bytes: Buffer,
  contentType: string | undefined,
  encoding: string | undefined,
): ReadonlyMap<string, unknown> {
  if (bytes.length === 0) return new Map();
  if (encoding !== undefined && encoding !== 'identity') {
    throw errors.invalidRequest('The body must not be compressed', 415);
  }
  const isJson = mediaType(contentType) === 'application/json';
  const text = decode(bytes);
  return new Map(isJson ? parseJson(text) : parseForm(text));
}

function mediaType(contentType: string | undefined): string {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const charset = parameters.map((it) => it.trim()).find((it) => it.startsWith('charset='));
  const known = ['application/json', 'application/x-www-form-urlencoded'].includes(type.trim());
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (known && isUtf8) return type.trim();
  throw errors.invalidRequest(
    'Content-Type must be application/json or application/x-www-form-urlencoded, in UTF-8',
    415,
  );
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw errors.invalidRequest('The body is not valid UTF-8');
  }
}

function parseForm(text: string): [string, string][] {
  const pairs = text.split('&').filter(Boolean);
  refuseMany(pairs.length);
  const entries = pairs.map(parsePair);
  refuseTwice(entries.map(([name]) => name));
  return entries;
}

function parsePair(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  const part = (it: string) => decodeURIComponent(it.replaceAll('+', ' '));
  try {
    return equals < 0
      ? [part(pair), '']
      : [part(pair.slice(0, equals)), part(pair.slice(equals + 1))];
  } catch {
    throw errors.invalidRequest('The body is not a valid form');
  }
}

function parseJson(text: string): [string, unknown][] {
  let value: unknown;
  try {
    refuseTwice(topLevelNames(text));
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw errors.invalidRequest('The body is not valid JSON');
    throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw errors.invalidRequest('The body must be a JSON object');
  }
  return Object.entries(value);
}

export const tooDeep = () => errors.invalidRequest(`JSON is nested deeper than ${MAX_DEPTH}`);

export function refuseMany(count: number): void {
  if (count > MAX_PARAMETERS) throw errors.invalidRequest(`More than ${MAX_PARAMETERS} parameters`);
}

export function refuseTwice(names: readonly string[]): void {
  if (new Set(names).size === names.length) return;
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  throw errors.invalidRequest(`Parameter sent twice: ${twice}`);
}

/**
 * Names of the members of a JSON object as they stand in the text, twice if they stand twice; checks the depth. One
 * pass over the text, whatever it is: `JSON.parse` judges afterwards whether it is JSON.
 */
function topLevelNames(text: string): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  let lastString = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') {
      const end = endOfString(text, i);
      lastString = text.slice(i, end + 1);
      i = end;
    } else if (char === '{' || char === '[') {
      if (++depth > MAX_DEPTH) throw tooDeep();
    } else if (char === '}' || char === ']') depth--;
    else if (char === ':' && depth === 1) {
      refuseMany(names.push(JSON.parse(lastString) as string));
      lastString = ''; // a second colon names nothing: no JSON
    }
  }
  return names;
}

/** Position of the quotation mark that ends the string begun at `start`; the end of the text when none does. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return text.length;
}
