import type { Request } from 'express';
import type { Mfa } from '../core/mfa.js';
import type { ActionValues } from '../core/session/action.js';
import { configurationError } from '../errors.js';
import { isPagePath } from './page-path.js';

/** What a guarded route asks for, beside a second factor. */
export interface GuardOptions {
  /** How old the last proof may be, in seconds. Default: as old as the session or token. */
  readonly maxAge?: number | undefined;
  /** The multi-factor class, which a recovery code does not reach: `http://schemas.openid.net/pape/policies/2007/06/multi-factor`. */
  readonly acr?: string | undefined;
  /** Methods that have to be among those that passed (RFC 8176): `['otp']`. */
  readonly amr?: readonly string[] | undefined;
  /** Scopes that an access token needs; sessions have none. */
  readonly scope?: string | readonly string[] | undefined;
  /** Audiences whose access tokens are taken. Default: your `apis` and the userinfo endpoint; never the MFA API. */
  readonly audience?: string | readonly string[] | undefined;
  /**
   * What the request is about: the message shows it, and its code works for that action, once. Only ways that can show
   * it are asked for: message, call, e-mail.
   */
  readonly bind?: ((request: Request) => ActionValues | Promise<ActionValues>) | undefined;
  /** Page where people log in. Gets `returnTo`. Default `/login`. */
  readonly login?: string | undefined;
  /** Page where the second factor is proved. Default `/login/mfa`. */
  readonly page?: string | undefined;
}

/** The options of a guard with their defaults. */
export interface Guard {
  readonly maxAge: number | undefined;
  readonly acr: string | undefined;
  readonly amr: readonly string[];
  readonly scope: readonly string[];
  readonly audiences: readonly string[];
  readonly bind: GuardOptions['bind'];
  readonly login: string;
  readonly page: string;
}

const KNOWN = ['maxAge', 'acr', 'amr', 'scope', 'audience', 'bind', 'login', 'page'];

/** @throws TypeError `ERR_MFA_GUARD` with the option that is wrong */
export function checkedGuard(mfa: Mfa, options: GuardOptions): Guard {
  const { maxAge, acr, amr = [], scope = [], audience, bind, login = '/login' } = options;
  const { page = '/login/mfa' } = options;
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) refuse(unknown, `is not an option; there are ${KNOWN.join(', ')}`);
  if (maxAge !== undefined && !(Number.isFinite(maxAge) && maxAge > 0)) {
    refuse('maxAge', 'write a number of seconds above 0');
  }
  const { multiFactor } = mfa.tokens;
  if (acr !== undefined && acr !== multiFactor)
    refuse('acr', `the one that there is: ${multiFactor}`);
  if (bind !== undefined && typeof bind !== 'function') {
    refuse(
      'bind',
      'write a function that gives the values: ({ body }) => ({ amount: body.amount })',
    );
  }
  const audiences = audiencesOf(mfa, 'requireMfa', audience);
  for (const [name, path] of Object.entries({ login, page })) {
    if (!isPagePath(path)) refuse(name, 'write a path of this origin');
  }
  return { maxAge, acr, amr, scope: words(scope), audiences, bind, login, page };
}

/**
 * Audiences whose access tokens are taken.
 *
 * @throws TypeError `ERR_MFA_GUARD` when the MFA API is among them: its tokens change authenticators (security.md R-091)
 */
export function audiencesOf(
  mfa: Mfa,
  door: string,
  audience: GuardOptions['audience'],
): readonly string[] {
  const { apis, defaultAudience } = mfa.settings;
  if (audience === undefined) {
    return [...apis.keys(), defaultAudience].filter((it) => it !== mfa.audience);
  }
  const audiences = [audience].flat();
  if (!audiences.includes(mfa.audience)) return audiences;
  const problem = 'leave the MFA API out: its tokens open nothing else';
  throw configurationError('ERR_MFA_GUARD', `${door}.audience`, problem);
}

const words = (scope: string | readonly string[]): readonly string[] =>
  typeof scope === 'string' ? scope.split(' ').filter(Boolean) : scope;

function refuse(option: string, problem: string): never {
  throw configurationError('ERR_MFA_GUARD', `requireMfa.${option}`, problem);
}
