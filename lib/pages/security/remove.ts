import { entriesOf } from '../../core/enrollment/enrolled.js';
import { removeAuthenticator } from '../../core/enrollment/removal.js';
import { errors, OAuthError } from '../../errors.js';
import { infoOf } from '../../http/request-context.js';
import { explain } from '../explain.js';
import { remember } from '../flow/page-state.js';
import type { Page, Visit } from '../page.js';
import type { View } from '../view.js';
import { entryOf } from './overview.js';
import { isOwner, type Owner, ownEntry, ownerOf } from './owner.js';

/** `GET /account/security/remove?id=…`: asks whether it is meant. */
export async function removePage(visit: Visit): Promise<Page> {
  const owner = await ownerOf(visit, { fresh: true });
  return isOwner(owner) ? { view: view(visit, owner, visit.query.optional('id')) } : owner;
}

function view(visit: Visit, owner: Owner, id: string | undefined, error?: string): View {
  const { security } = visit.site.paths;
  const entry = entryOf(visit, owner, ownEntry(owner, id));
  const form = visit.form(`${security}/remove?id=${encodeURIComponent(entry.id)}`);
  return { page: 'remove', form, entry, cancel: security, error };
}

/** `POST /account/security/remove?id=…` */
export async function remove(visit: Visit): Promise<Page> {
  const { mfa, site, request, texts } = visit;
  const owner = await ownerOf(visit, { fresh: true });
  if (!isOwner(owner)) return owner;
  const id = visit.query.optional('id');
  const [entry] = entriesOf(mfa, [ownEntry(owner, id)]);
  if (!entry) throw errors.unknownAuthenticator();
  try {
    const { access } = owner;
    await removeAuthenticator(mfa, { access, wireId: entry.id, request: infoOf(request) });
  } catch (error) {
    if (!(error instanceof OAuthError) || error.status !== 403) throw error;
    return { view: view(visit, owner, id, explain(texts, error)), status: 403 };
  }
  await remember(visit, { notice: 'removed' });
  return { to: site.paths.security };
}
