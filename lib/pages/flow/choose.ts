import { errors, OAuthError } from '../../errors.js';
import { ask } from '../../http/asked.js';
import { infoOf } from '../../http/request-context.js';
import { explain } from '../explain.js';
import { answeredAs, type Page, type Visit } from '../page.js';
import { enroll, enrollAgain } from './enroll.js';
import { pageStateOf, remember } from './page-state.js';
import { readPending } from './pending.js';
import { challengeView, loginDoor } from './second-factor.js';

/** `POST /login/mfa/send`: asks by this authenticator, or sends its code again. */
export async function sendCode(visit: Visit): Promise<Page> {
  const { mfa, site, fields, state, texts, request } = visit;
  const pending = await readPending(visit);
  const id = fields.optional('authenticator');
  const before = pageStateOf(state).asked;
  try {
    const asked = await ask(mfa, pending.login.token, infoOf(request), id);
    await remember(visit, { asked });
    return { to: site.paths.mfa };
  } catch (error) {
    if (!(error instanceof OAuthError) || error.error === 'expired_token') throw error;
    const way = before?.id === id ? undefined : 'other'; // the earlier code still works
    const view = challengeView(visit, pending, { error: explain(texts, error), way });
    return { view, ...answeredAs(error) };
  }
}

/** `POST /login/mfa/enroll` */
export async function enrollHere(visit: Visit): Promise<Page> {
  return enroll(visit, await loginDoor(visit, await readPending(visit)));
}

/** `POST /login/mfa/enroll/resend` */
export async function enrollHereAgain(visit: Visit): Promise<Page> {
  const pending = await readPending(visit);
  return enrollAgain(visit, await loginDoor(visit, pending), pending.step.transaction);
}

/** `POST /login/mfa/again`: back to the choice; what was started dies by itself. */
export async function chooseAgain(visit: Visit): Promise<Page> {
  if (!visit.state.login) throw errors.expiredMfaToken();
  await remember(visit, { recovery: pageStateOf(visit.state).recovery });
  return { to: visit.site.paths.mfa };
}
