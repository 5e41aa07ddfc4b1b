import { startStepUp } from '../../core/session/step-up.js';
import { askFirst } from '../../http/asked.js';
import { changeState, proofOf } from '../../http/browser-session.js';
import { readDeviceCookie } from '../../http/device-cookie.js';
import { infoOf } from '../../http/request-context.js';
import { safeReturnTo } from '../../http/return-to.js';
import type { Page, Visit } from '../page.js';

const loginFirst = ({ site, query }: Visit): Page => {
  const returnTo = query.optional('returnTo') ?? site.home;
  return { to: `${site.paths.login}?returnTo=${encodeURIComponent(returnTo)}` };
};

/** `GET /login/mfa/step-up?returnTo=…`: asks before a message is sent; nothing has happened yet. */
export async function stepUpPage(visit: Visit): Promise<Page> {
  const { mfa, request, site, query, state } = visit;
  if (!proofOf(mfa, request)) return loginFirst(visit);
  const returnTo = safeReturnTo(query.optional('returnTo'), site.returnTo) ?? site.home;
  const form = visit.form(`${site.paths.mfa}/step-up?returnTo=${encodeURIComponent(returnTo)}`);
  return {
    view: { page: 'step-up', form, returnTo, action: state.action?.text, cancel: site.home },
  };
}

/** `POST /login/mfa/step-up` */
export async function stepUp(visit: Visit): Promise<Page> {
  const { mfa, request, site, query, state } = visit;
  const proof = proofOf(mfa, request);
  if (!proof) return loginFirst(visit);
  const returnTo = safeReturnTo(query.optional('returnTo'), site.returnTo) ?? site.home;
  const visitor = { request: infoOf(request), device: readDeviceCookie(request) };
  const step = await startStepUp(mfa, { proof, ...visitor, action: state.action });
  const login = { token: step.token, needed: step.needed, returnTo };
  await changeState(request, { login, page: undefined });
  if (step.needed === 'challenge') await askFirst(mfa, request, step.token);
  return { to: site.paths.mfa };
}
