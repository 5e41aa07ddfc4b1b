import { proofOf } from '../../http/browser-session.js';
import type { Page, Visit } from '../page.js';
import { opened, pageStateOf, remember } from './page-state.js';

/** `GET /login/mfa/recovery-code`: the code that was just made, until the visitor says that it is saved. */
export async function showRecoveryCode(visit: Visit): Promise<Page> {
  const { state, site, mfa, request } = visit;
  const { show } = pageStateOf(state);
  if (!show || !proofOf(mfa, request)) return { to: site.home }; // the browser may be somebody else's by now
  const form = visit.form(`${site.paths.mfa}/recovery-code`);
  return { view: { page: 'recovery-code', form, code: opened(visit, 'recovery', show.code) } };
}

/** `POST /login/mfa/recovery-code` */
export async function recoveryCodeSaved(visit: Visit): Promise<Page> {
  const { show } = pageStateOf(visit.state);
  await remember(visit, {});
  return { to: show?.next ?? visit.site.home };
}
