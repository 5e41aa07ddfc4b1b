import { startStepUp } from '../../core/session/step-up.js';
import { askFirst } from '../../http/asked.js';
import { changeState, keepOpen, proofOf } from '../../http/browser-session.js';
import { readDeviceCookie } from '../../http/device-cookie.js';
import { infoOf } from '../../http/request-context.js';
import type { Page, Visit } from '../page.js';

const loginFirst = ({ site, returnTo = site.home }: Visit): Page => ({
  to: `${site.paths.login}?returnTo=${encodeURIComponent(returnTo)}`,
});

/** `GET /login/mfa/step-up?returnTo=…`: asks before a message is sent; nothing has happened yet. */
export async function stepUpPage(visit: Visit): Promise<Page> {
  const { mfa, request, site, returnTo = site.home } = visit;
  if (!proofOf(mfa, request)) return loginFirst(visit);
  const form = visit.form(`${site.paths.mfa}/step-up?returnTo=${encodeURIComponent(returnTo)}`);
  return { view: { page: 'step-up', form, returnTo, cancel: site.home } };
}

/** `POST /login/mfa/step-up`. What the visitor was about to confirm before is given up: they went elsewhere. */
export async function stepUp(visit: Visit): Promise<Page> {
  const { mfa, request, site, returnTo = site.home } = visit;
  const proof = proofOf(mfa, request);
  if (!proof) return loginFirst(visit);
  await keepOpen(mfa, request, proof);
  const visitor = { request: infoOf(request), device: readDeviceCookie(request) };
  const step = await startStepUp(mfa, { proof, ...visitor });
  const login = { token: step.token, needed: step.needed, returnTo };
  await changeState(request, { login, page: undefined, action: undefined, approved: undefined });
  if (step.needed === 'challenge') await askFirst(mfa, request, step.token);
  return { to: site.paths.mfa };
}
