// An app with a session and our pages, over the same users and phone as the wire tests.
import type { RequestHandler } from 'express';
import { type PagesOptions, pagesRouter } from 'express-mfa/pages';
import session from 'express-session';
import { type TestAppOptions, testApp } from '../support/app.js';
import { browser, type LoadedPage, type TestBrowser } from './browser.js';

export const expressSession = (): RequestHandler =>
  session({ secret: 'test secret', resave: false, saveUninitialized: false });

export async function pagesApp({
  pages = {},
  sessions = expressSession(),
  ...options
}: TestAppOptions & { readonly pages?: PagesOptions; readonly sessions?: RequestHandler } = {}) {
  const test = await testApp({ ...options, before: [sessions, ...(options.before ?? [])] });
  test.app.use(pagesRouter(test.mfa, { home: '/home', ...pages }));
  test.app.get('/home', (request, response) => {
    const { mfa, ...other } = request.session as unknown as { mfa?: { proof?: object } };
    response.json({ proof: mfa?.proof, other: Object.keys(other) });
  });
  return Object.assign(test, { browser: () => browser(test.app) });
}

export type PagesApp = Awaited<ReturnType<typeof pagesApp>>;

export const ANN = { username: 'ann@example.com', password: 'correct horse' };

/** Types username and password. */
export async function logIn(person: TestBrowser, who = ANN, path = '/login'): Promise<LoadedPage> {
  return person.submit(await person.get(path), who);
}

/** Logs in for the first time and enrolls a phone. @returns the page with the recovery code */
export async function enrollByPage(test: PagesApp, person: TestBrowser, way = 'sms') {
  const choose = await logIn(person);
  const code = await person.submit(choose, { method: way, phone_number: '+15555550123' });
  return person.submit(code, { code: test.code() });
}
