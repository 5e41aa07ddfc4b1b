import { asUser } from '../../core/admit.js';
import { secretText } from '../../core/params.js';
import { startSessionLogin } from '../../core/session/session-login.js';
import { askFirst } from '../../http/asked.js';
import { openSession, renewSession } from '../../http/browser-session.js';
import { readDeviceCookie } from '../../http/device-cookie.js';
import { infoOf } from '../../http/request-context.js';
import { readTrustedCookie } from '../../http/trusted-cookie.js';
import type { User } from '../../ports/index.js';
import type { Page, Visit } from '../page.js';
import type { View } from '../view.js';

/** `GET /login` */
export const loginPage = async (visit: Visit): Promise<Page> => ({ view: view(visit) });

function view(visit: Visit, error?: string): View {
  const { site, query, fields, returnTo } = visit;
  const here = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`;
  const username = fields.optional('username') ?? query.optional('login_hint') ?? '';
  return { page: 'login', form: visit.form(`${site.paths.login}${here}`), username, error };
}

/** `POST /login`: username and password. */
export async function logIn(visit: Visit): Promise<Page> {
  const { mfa, fields, texts, request } = visit;
  const username = fields.optional('username') ?? '';
  const password = fields.optional('password', secretText) ?? '';
  const context = { realm: undefined, request: infoOf(request) };
  const user = asUser(await mfa.users.authenticate(username, password, context));
  if (!user) {
    mfa.emit({ event: 'login.first_factor.fail' });
    return { view: view(visit, texts.login.wrong), status: 401 };
  }
  if (user.blocked) return { view: view(visit, texts.login.blocked), status: 403 };
  mfa.emit({ event: 'login.first_factor.ok', userId: user.id });
  return next(visit, user);
}

async function next(visit: Visit, user: User): Promise<Page> {
  const { mfa, site, request } = visit;
  const { returnTo = site.home } = visit;
  const device = readDeviceCookie(request);
  const trusted = readTrustedCookie(request);
  const step = await startSessionLogin(mfa, { user, request: infoOf(request), device, trusted });
  if (step.needed === 'none') {
    if (step.trusted !== undefined) visit.setTrusted(step.trusted);
    await openSession(request, { user, state: { proof: step.proof } });
    return { to: returnTo };
  }
  await renewSession(request, { login: { token: step.token, needed: step.needed, returnTo } });
  if (step.needed === 'challenge') await askFirst(mfa, request, step.token);
  return { to: site.paths.mfa };
}
