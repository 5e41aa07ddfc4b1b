import { renewRecoveryCode } from '../../core/enrollment/renew-recovery-code.js';
import { remember, sealed } from '../flow/page-state.js';
import type { Page, Visit } from '../page.js';
import { isOwner, ownerOf } from './owner.js';

/** `POST /account/security/recovery-code`: makes a new one and shows it. */
export async function newRecoveryCode(visit: Visit): Promise<Page> {
  const { mfa, site } = visit;
  const owner = await ownerOf(visit, { fresh: true });
  if (!isOwner(owner)) return owner;
  const code = sealed(visit, 'recovery', await renewRecoveryCode(mfa, owner.access));
  await remember(visit, { show: { code, next: site.paths.security } });
  return { to: `${site.paths.mfa}/recovery-code` };
}
