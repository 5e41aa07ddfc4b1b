import { admitProof } from '../../core/session/session-proof.js';
import { proofOf } from '../../http/browser-session.js';
import type { Page, Visit } from '../page.js';
import { opened, pageStateOf, remember } from './page-state.js';

/** `GET /login/mfa/recovery-code`: the code that was just made, until the visitor says that it is saved. */
export async function showRecoveryCode(visit: Visit): Promise<Page> {
  const { state, site, mfa, request } = visit;
  const { show } = pageStateOf(state);
  const proof = proofOf(mfa, request);
  // The browser may be somebody else's by now, or the password another one.
  if (!show || !proof || !(await admitProof(mfa, proof))) return { to: site.home };
  const form = visit.form(`${site.paths.mfa}/recovery-code`);
  return { view: { page: 'recovery-code', form, code: opened(visit, 'recovery', show.code) } };
}

/** `POST /login/mfa/recovery-code` */
export async function recoveryCodeSaved(visit: Visit): Promise<Page> {
  const { show } = pageStateOf(visit.state);
  await remember(visit, {});
  return { to: show?.next ?? visit.site.home };
}
