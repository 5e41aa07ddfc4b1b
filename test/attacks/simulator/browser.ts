// What the people of the simulation have: a clock, addresses to choose from, cookies, and HTTP to any process.
import { OOB_GRANT, OTP_GRANT, RECOVERY_GRANT } from '../../support/app.js';
import type { Fleet } from './fleet.js';
import { NOW } from './site.js';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the site says
  readonly body: any; // oxlint-disable-line no-explicit-any
  /** Seconds. */
  readonly retryAfter: number;
  readonly cookie: string | undefined;
}

/** From where, as which client and to which process a request goes. */
export interface Way {
  readonly process: number;
  readonly ip: string;
  readonly client: string;
  readonly cookie?: string | undefined;
}

export type Json = Readonly<Record<string, unknown>>;

export function browser(fleet: Fleet, clock: { readonly now: number }) {
  async function call(way: Way, method: string, path: string, body?: Json, bearer?: string) {
    const response = await fetch(fleet.urls[way.process] + path, {
      method,
      headers: {
        [NOW]: String(clock.now),
        'x-forwarded-for': way.ip,
        ...(way.cookie !== undefined && { cookie: way.cookie }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: Answer = {
      status: response.status,
      body: text === '' ? undefined : JSON.parse(text),
      retryAfter: Number(response.headers.get('retry-after') ?? 0),
      cookie: response.headers.get('set-cookie')?.split(';')[0],
    };
    if (answer.status >= 500) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return answer;
  }
  const token = (way: Way, body: Json) =>
    call(way, 'POST', '/oauth/token', { client_id: way.client, ...body });
  return {
    login: (way: Way, user: 'victim' | 'attacker', more: Json = {}) =>
      token(way, {
        grant_type: 'password',
        username: `${user}@example.com`,
        password: user === 'victim' ? 'known' : 'own',
        ...more,
      }),
    associate: (way: Way, bearer: string, body: Json) =>
      call(way, 'POST', '/mfa/associate', body, bearer),
    challenge: (way: Way, mfaToken: string, more: Json = {}) =>
      call(way, 'POST', '/mfa/challenge', {
        client_id: way.client,
        mfa_token: mfaToken,
        challenge_type: 'oob',
        ...more,
      }),
    remove: (way: Way, bearer: string, id: string) =>
      call(way, 'DELETE', `/mfa/authenticators/${encodeURIComponent(id)}`, undefined, bearer),
    otp: (way: Way, mfaToken: string, otp: string) =>
      token(way, { grant_type: OTP_GRANT, mfa_token: mfaToken, otp }),
    oob: (way: Way, mfaToken: string, oobCode: string, bindingCode: string) =>
      token(way, {
        grant_type: OOB_GRANT,
        mfa_token: mfaToken,
        oob_code: oobCode,
        binding_code: bindingCode,
      }),
    recovery: (way: Way, mfaToken: string, recoveryCode: string) =>
      token(way, {
        grant_type: RECOVERY_GRANT,
        mfa_token: mfaToken,
        recovery_code: recoveryCode,
      }),
    /** The code that was last sent by this process. */
    async code({ process }: Way): Promise<string> {
      const message = await (await fetch(`${fleet.urls[process]}/message`)).json();
      return (message as { code: string }).code;
    },
  };
}

export type Browser = ReturnType<typeof browser>;
