import { expect, test } from 'vitest';
import { asking, browserClients, CALLBACK } from '../support/browser.js';
import { ANN, logIn, pagesApp } from './pages-app.js';

test('the forms of a login for an app may end at the app, that of the recovery code too', async () => {
  const t = await pagesApp({
    clients: { findById: (id) => browserClients.find((it) => it.id === id) },
  });
  const person = t.browser();
  const returnTo = `/authorize?${new URLSearchParams(asking())}`;
  const login = `/login?${new URLSearchParams({ returnTo })}`;
  const pages = [await person.get(login), await logIn(person, ANN, login)];
  const step = async (typed: Record<string, string>) => {
    pages.push(await person.submit(pages.at(-1) as (typeof pages)[number], typed));
  };
  await step({ method: 'sms', phone_number: '+15555550123' });
  await step({ code: t.code() });
  expect(pages.map(({ path }) => path.replace(/\?.*/, ''))).toEqual([
    '/login',
    '/login/mfa',
    '/login/mfa',
    '/login/mfa/recovery-code',
  ]);
  for (const { headers } of pages) {
    expect(headers['content-security-policy']).toContain(
      `form-action 'self' ${new URL(CALLBACK).origin};`,
    );
  }
});
