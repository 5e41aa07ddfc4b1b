import type { Request } from 'express';
import type { Entry } from '../core/authenticator-type.js';
import { challenge } from '../core/challenge.js';
import { readMfaToken } from '../core/login/transaction.js';
import type { Mfa } from '../core/mfa.js';
import { SESSION_CLIENT } from '../core/session/session-client.js';
import type { RequestInfo } from '../ports/index.js';
import { changeState } from './browser-session.js';
import { infoOf } from './request-context.js';

/** What a visitor was asked for: plain JSON, kept in the session. */
export interface Asked {
  /** The wire's id of the authenticator. */
  readonly id: string;
  /** `otp`, `oob`. */
  readonly type: string;
  /** `sms`, `voice`, `email`; undefined for an app. */
  readonly channel?: string | undefined;
  /** Masked. */
  readonly name?: string | undefined;
  readonly digits: number;
  /** `oob_code`, when a message was sent. */
  readonly handle?: string | undefined;
}

const APP_DIGITS = 6;

/** Digits of the code that this authenticator asks for. */
export const digitsOf = (mfa: Mfa, entry: Entry): number =>
  entry.type.carrier?.(mfa, entry)?.digits ?? APP_DIGITS;

/**
 * Asks for the second factor of a session login; sends a message where that takes one.
 *
 * @param authenticatorId - the wire's id; undefined = as the host and the user prefer
 * @throws OAuthError when there is nothing to ask with, or no message can be sent
 */
export async function ask(
  mfa: Mfa,
  token: string,
  request: RequestInfo,
  authenticatorId?: string,
): Promise<Asked> {
  const asked = await challenge(mfa, {
    token: await readMfaToken(mfa, token, { allowAccessToken: false }),
    client: SESSION_CLIENT,
    request,
    types: [],
    authenticatorId,
    channel: undefined,
  });
  const { entry, handle } = asked;
  return {
    id: entry.id,
    type: entry.type.name,
    channel: entry.channel,
    name: entry.authenticator.name,
    digits: digitsOf(mfa, entry),
    handle,
  };
}

/** Asks right away, so that a login takes two pages; what cannot be sent now is offered on the second one. */
export async function askFirst(mfa: Mfa, request: Request, token: string): Promise<void> {
  const asked = await ask(mfa, token, infoOf(request)).catch(() => undefined);
  if (asked) await changeState(request, { page: { asked } });
}
