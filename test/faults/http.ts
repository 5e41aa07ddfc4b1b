// One request, one connection, so that the round robin sees every request.
import { type IncomingHttpHeaders, request } from 'node:http';
import { limit } from './limit.js';

/** Anything: answers are compared member by member. */
export type Body = ReturnType<typeof JSON.parse>;

export interface Answer {
  /** 0 when the connection broke, or nothing came for much longer than `LONGEST_MS`. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Body;
  readonly ms: number;
}

export interface Ask {
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bearer?: string;
  readonly method?: string;
}

/** No request may take longer, whatever fails (security.md section 6). */
export const LONGEST_MS = 10_000;

export function ask(port: number, path: string, { form, json, bearer, method }: Ask = {}) {
  const body: string | undefined = form
    ? new URLSearchParams(form).toString()
    : JSON.stringify(json);
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const headers = {
    ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
  };
  const verb = method ?? (body === undefined ? 'GET' : 'POST');
  const options = { host: '127.0.0.1', port, path, method: verb, headers, agent: false };
  const from = performance.now();
  return new Promise<Answer>((resolve) => {
    const lost = () => {
      resolve({ status: 0, headers: {}, text: '', body: undefined, ms: performance.now() - from });
    };
    const signal = AbortSignal.timeout(limit(LONGEST_MS) + 2_000);
    const call = request({ ...options, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('error', lost);
      response.on('end', () => {
        const { statusCode: status = 0, headers: received } = response;
        const ms = performance.now() - from;
        resolve({ status, headers: received, text, body: parsed(text), ms });
      });
    });
    call.on('error', lost);
    call.end(body);
  });
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the client may try again: nothing came back, or the service says that it cannot answer now. */
export const passing = ({ status }: Answer): boolean =>
  status === 0 || status === 502 || status === 503;
