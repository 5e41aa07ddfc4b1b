import type { Mfa } from '../core/mfa.js';
import type { SessionProof } from '../core/session/session-proof.js';
import type { InteractionDetails } from './interaction.js';

/** Reasons of the provider that an open session answers. */
const BY_A_SESSION = /^(no_session|max_age|essential_acrs?)$/;

/**
 * Whether the login is as recent as the request of the app wants it (OpenID Connect Core section 3.1.2.1): given
 * within `max_age`, or else since the interaction began.
 */
export function isRecent(
  mfa: Mfa,
  { prompt, params, iat }: InteractionDetails,
  { since }: SessionProof,
): boolean {
  if (iat !== undefined && since >= (iat + 1) * 1000) return true; // `iat` is rounded down
  if (!prompt.reasons.every((it) => BY_A_SESSION.test(it))) return false;
  const { max_age: maxAge } = params;
  if (maxAge === undefined) return true;
  return mfa.clock.now() - since <= Number(maxAge) * 1000;
}

/** Whether the app asks for a second factor, whatever the policy says. */
export function asksForFactor({ tokens }: Mfa, { prompt, params }: InteractionDetails): boolean {
  const { acr_values: values } = params;
  const words = typeof values === 'string' ? values.split(' ') : [];
  return (
    words.includes(tokens.multiFactor) ||
    prompt.reasons.some((it) => it.startsWith('essential_acr'))
  );
}
