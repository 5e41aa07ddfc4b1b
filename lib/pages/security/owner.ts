import { isEnrolled } from '../../core/enrollment/enrolled.js';
import { isFreshProof } from '../../core/login/transaction.js';
import { type Admitted, accessOf, admitProof } from '../../core/session/session-proof.js';
import { errors } from '../../errors.js';
import { keepOpen, proofOf } from '../../http/browser-session.js';
import { ownPath } from '../../http/visitor.js';
import type { Authenticator } from '../../ports/index.js';
import type { VerifiedAccessToken } from '../../tokens/tokens.js';
import type { Page, Visit } from '../page.js';

/** Somebody who is logged in, at their own settings. */
export interface Owner extends Admitted {
  readonly access: VerifiedAccessToken;
}

/** The owner, or where to go first: to the login, or to a fresh second factor before something is changed. */
export async function ownerOf(
  visit: Visit,
  { fresh, recovery = false }: { readonly fresh: boolean; readonly recovery?: boolean },
): Promise<Owner | Extract<Page, { readonly to: string }>> {
  const { mfa, request, site } = visit;
  const here = encodeURIComponent(ownPath(request.originalUrl));
  const proof = proofOf(mfa, request);
  const admitted = proof && (await admitProof(mfa, proof));
  if (!admitted) return { to: `${site.paths.login}?returnTo=${here}` };
  await keepOpen(mfa, request, admitted.proof);
  const access = accessOf(mfa, admitted.proof);
  const owner = { ...admitted, access };
  if (!isEnrolled(owner.own)) return owner;
  const enough = fresh
    ? isFreshProof(mfa, access, { recovery })
    : access.authentication.amr.includes('mfa');
  return enough ? owner : { to: `${site.paths.mfa}/step-up?returnTo=${here}` };
}

export const isOwner = (found: Owner | Page): found is Owner => 'access' in found;

/** @throws OAuthError when it is not the owner's */
export function ownEntry({ own }: Owner, id: string | undefined): Authenticator {
  const found = own.find((it) => it.id === id);
  if (!found) throw errors.unknownAuthenticator();
  return found;
}
