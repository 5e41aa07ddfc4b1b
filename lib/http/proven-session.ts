import type { Request } from 'express';
import { APPROVAL_MS } from '../core/action.js';
import type { Proven } from '../core/session-login.js';
import type { Approved, BrowserState } from './browser-session.js';
import { stateOf } from './browser-session.js';

/** What the session holds of ours after a second factor: the proof, and the action that it was for. */
export function provenState(
  request: Request,
  { proof, transaction }: Pick<Proven, 'proof' | 'transaction'>,
): BrowserState {
  const { action } = stateOf(request);
  const digest = transaction.action?.digest;
  const approved: Approved | undefined =
    digest === undefined
      ? undefined
      : { id: proof.id, sub: proof.sub, digest, until: proof.at + APPROVAL_MS };
  const kept = approved && action?.digest === digest ? action : undefined;
  return { proof, login: undefined, page: undefined, approved, action: kept };
}
