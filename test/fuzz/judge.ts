// What must be true of every answer, whatever was asked, and what an answer hands out.
import type { WireAnswer } from './connection.js';
import { type Held, honest, textOf } from './held.js';
import type { Planned } from './request-of.js';

const ERROR_MEMBERS = ['error', 'error_description', 'mfa_token', 'mfa_requirements'];
const users: Readonly<Record<string, string>> = {
  'ann@example.com': 'u1',
  'bob@example.com': 'u2',
};
const passwords: Readonly<Record<string, string>> = { u1: 'correct horse', u2: 'battery staple' };

/** @returns what is wrong with the answer, or nothing */
export async function judge(
  h: Held,
  planned: Planned,
  answer: WireAnswer | undefined,
): Promise<string | undefined> {
  const { request, params, huge } = planned;
  if (!answer) return huge ? undefined : 'hung up without an answer';
  const { status, headers, text } = answer;
  if (status >= 500) return `status ${status}: ${text}`;
  if (text === '') return bare(answer, request.method);
  if (!/^(\/oauth\/token|\/mfa\/|\/\.well-known\/)/.test(request.path)) return undefined;
  if (status === 404 && !headers['content-type']?.startsWith('application/json')) return undefined; // the host's own page
  const body = parsed(text);
  if (body === undefined) return `no JSON: ${text}`;
  if (status >= 400) {
    const problem = malformed(body as Record<string, unknown>);
    if (problem) return problem;
  }
  const isPublic = request.path.startsWith('/.well-known') && status === 200;
  if (headers['cache-control'] !== (isPublic ? 'public, max-age=300' : 'no-store'))
    return `cache-control ${headers['cache-control']}`;
  const before = await enrolled(h, params);
  const problem = unearned(h, params, body as Record<string, unknown>, before);
  return problem;
}

const bare = ({ status, headers }: WireAnswer, method: string) => {
  if (status === 204 || method === 'HEAD') return undefined;
  return headers['connection'] === 'close' ? undefined : `an empty answer ${status}`;
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function malformed(body: Record<string, unknown>): string | undefined {
  const { error, error_description: description } = body;
  if (typeof error !== 'string' || !/^[a-z_]+$/.test(error)) return `error ${String(error)}`;
  if (typeof description !== 'string' || description === '') return 'no error_description';
  const more = Object.keys(body).filter((it) => !ERROR_MEMBERS.includes(it));
  if (more.length > 0) return `error with ${more.join(', ')}`;
  return /^\s+at |node:|node_modules|SQLITE|SELECT /m.test(description)
    ? `leaks: ${description}`
    : undefined;
}

/** Whether the user of this password has a factor; asked of the store, past every cache. */
async function enrolled(h: Held, { username }: Record<string, unknown>): Promise<boolean> {
  const userId = users[textOf(username)];
  if (userId === undefined) return false;
  const { authenticators } = await h.t.mfa.store.load({ userId });
  return authenticators.some((it) => it.status === 'active' && it.kind !== 'recovery-code');
}

/** A token, or a login, that nobody proved anything for. */
function unearned(
  h: Held,
  params: Record<string, unknown>,
  body: Record<string, unknown>,
  isEnrolled: boolean,
): string | undefined {
  const isPassword = /^password$|password-realm$/.test(textOf(params['grant_type']));
  const userId = users[textOf(params['username'])] ?? '';
  const right = isPassword && passwords[userId] === params['password'];
  if (typeof body['mfa_token'] === 'string' && !right) return 'a login without the password';
  if (typeof body['access_token'] !== 'string') return undefined;
  if (isPassword) {
    const forEnrolling = params['audience'] === 'https://auth.example.com/mfa/';
    return right && !isEnrolled && forEnrolling ? undefined : 'a token for a password alone';
  }
  return honest(h, params) ? undefined : 'a token without a proof';
}

/** Takes what the answer hands out. */
export function learn(
  h: Held,
  { params, bearer, request }: Planned,
  { status, text }: WireAnswer,
): void {
  const body = parsed(text) as Record<string, unknown> | undefined;
  if (!body || typeof body !== 'object') return;
  const client = textOf(params['client_id']);
  const member = (name: string) =>
    typeof body[name] === 'string' ? (body[name] as string) : undefined;
  const holder = (token: unknown) =>
    [...h.logins, ...h.access].find((it) => it.token === token)?.user;
  const login = member('mfa_token');
  if (login) h.logins.push({ token: login, user: users[textOf(params['username'])] ?? '', client });
  if (status !== 200) return;
  const user = holder(params['mfa_token'] ?? bearer) ?? users[textOf(params['username'])] ?? '';
  const access = member('access_token');
  if (access) h.access.push({ token: access, user, client });
  const oobCode = member('oob_code');
  const token = request.path === '/mfa/associate' ? bearer : params['mfa_token'];
  if (oobCode) h.sent.push({ oobCode, token: String(token), code: h.t.code() });
  const secret = member('secret');
  if (secret) h.secrets.push({ user, secret });
  const codes = [body['recovery_code'], ...((body['recovery_codes'] as unknown[]) ?? [])];
  for (const code of codes) if (typeof code === 'string') h.recovery.push({ user, code });
  const id = member('id') ?? member('authenticator_id');
  if (id) h.ids.push(id);
}
