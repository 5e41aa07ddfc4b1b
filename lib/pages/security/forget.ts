import { forgetDevices } from '../../core/session/trusted-device.js';
import { remember } from '../flow/page-state.js';
import type { Page, Visit } from '../page.js';
import { isOwner, ownerOf } from './owner.js';

/** `POST /account/security/forget`: one device is trusted no longer, or none is. */
export async function forget(visit: Visit): Promise<Page> {
  const owner = await ownerOf(visit, { fresh: false });
  if (!isOwner(owner)) return owner;
  await forgetDevices(visit.mfa, owner.user.id, visit.fields.optional('device'));
  await remember(visit, { notice: 'forgotten' });
  return { to: visit.site.paths.security };
}
