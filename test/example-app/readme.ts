import { readFileSync } from 'node:fs';
import { type Answer, send } from './process.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, it]) => it ?? '',
  );

/** The `curl` calls of README.md, and the answers that it prints. */
export const curls = blocks('sh').filter((it) => it.startsWith('curl '));
export const printed = blocks('json').map((it) => JSON.parse(it));

/** Does what `curl` would, with shell variables filled in; curl itself may not be installed. */
export function curl(
  command: string,
  base: string,
  variables: Record<string, string>,
): Promise<Answer> {
  const words = [...command.replaceAll('\\\n', '').matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(
    ([word]) =>
      word
        .replace(/\$(\w+)/g, (_, name) => variables[name] ?? '')
        .replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double),
  );
  const options = (name: string) =>
    words.flatMap((word, i) => (words[i - 1] === name ? [word] : []));
  const headers = new Headers(
    options('-H').map((it) => it.split(/: (.*)/s).slice(0, 2) as [string, string]),
  );
  const data = options('-d');
  const isJson = headers.get('content-type') === 'application/json';
  const form = () =>
    new URLSearchParams(data.map((it) => it.split(/=(.*)/s).slice(0, 2) as [string, string]));
  const body = data.length === 0 ? null : isJson ? data.join('') : form();
  const url = (words[1] as string).replace('http://localhost:3000', base);
  return send(url, { method: body === null ? 'GET' : 'POST', headers, body });
}

const VOLATILE =
  /^(mfa_token|oob_code|recovery_codes|access_token|id_token|id|authenticator_id|expires_in|text|code|at|created_at|last_auth)$/;

/** What is the same each time in a value that differs each time: how it begins, or its type. */
function beginning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(beginning);
  return typeof value === 'string'
    ? /^(mfa_|oob_|eyJ|[a-z-]+\|dev_)?/.exec(value)?.[0]
    : typeof value;
}

/** Members and values of an answer, without what differs each time. */
export function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, it]) => [
      name,
      VOLATILE.test(name) ? beginning(it) : shape(it),
    ]),
  );
}
