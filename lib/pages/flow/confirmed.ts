import type { Page, Visit } from '../page.js';

/** `GET /login/mfa/confirmed`: the form that waited for the code, to be sent by the visitor. */
export async function confirmedPage({ mfa, state, site }: Visit): Promise<Page> {
  const { action, approved } = state;
  const over = !approved || approved.until <= mfa.clock.now();
  if (!action || over || action.digest !== approved.digest) return { to: site.home };
  const { method, url, fields, text } = action;
  if (method !== 'POST') return { to: method === 'GET' ? url : site.home };
  return { view: { page: 'resubmit', url, fields, action: text } };
}
