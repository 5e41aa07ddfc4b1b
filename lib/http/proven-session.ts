import type { Request } from 'express';
import { APPROVAL_MS } from '../core/session/action.js';
import type { Proven } from '../core/session/session-login.js';
import { errors } from '../errors.js';
import { stateOf } from './browser-session.js';
import type { Approved, BrowserState } from './browser-state.js';

/**
 * What the session holds of ours after a second factor. One that confirmed an action counts for that action: the
 * session is as fresh and as strong as it was before.
 *
 * @throws OAuthError when the action is not this session's
 */
export function provenState(
  request: Request,
  { proof, transaction }: Pick<Proven, 'proof' | 'transaction'>,
): BrowserState {
  const { action, proof: before, csrf } = stateOf(request);
  const own = before?.sub === proof.sub; // its forms stay good: the one that waits for this proof among them
  const over = { login: undefined, page: undefined, ...(own && { csrf }) };
  const digest = transaction.action?.digest;
  if (digest === undefined) return { ...over, proof, approved: undefined, action: undefined };
  if (!own) throw errors.malformedMfaToken();
  const { at, amr, kind } = before;
  const approved: Approved = {
    id: proof.id,
    sub: proof.sub,
    digest,
    until: proof.at + APPROVAL_MS,
  };
  const kept = action?.digest === digest ? action : undefined;
  return { ...over, proof: { ...proof, at, amr, kind }, approved, action: kept };
}
