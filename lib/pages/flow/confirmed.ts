import type { Page, Visit } from '../page.js';

/** `GET /login/mfa/confirmed`: the form that waited for the code, to be sent by the visitor. */
export async function confirmedPage({ mfa, state, site }: Visit): Promise<Page> {
  const { action, approved } = state;
  const over = !approved || approved.until <= mfa.clock.now();
  if (!action || over || action.digest !== approved.digest || action.method !== 'POST') {
    return { to: site.home };
  }
  const { url, fields, text } = action;
  return { view: { page: 'resubmit', url, fields, action: text } };
}
