// The promise of the README: an app with passport-local and express-session is protected by a diff of ten lines.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { browser } from '../pages/browser.js';
import { membersApp } from './after.js';
import { membersApp as unprotected } from './before.js';
import { phone } from './mfa.js';

const lines = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8').split('\n');
const ANN = { username: 'ann@example.com', password: 'correct horse' };

/** Lines of either file that are not in the other: the two differ nowhere else. */
function difference(): { readonly gone: string[]; readonly added: string[] } {
  const [before, after] = [lines('before.ts'), lines('after.ts')];
  return {
    gone: before.filter((it) => !after.includes(it)),
    added: after.filter((it) => !before.includes(it)),
  };
}

test('the app has forty lines, and ten more or less protect it', () => {
  const { gone, added } = difference();
  expect(lines('before.ts').length).toBeLessThanOrEqual(41);
  expect(gone.length + added.length).toBeLessThanOrEqual(10);
  expect(added.length).toBeGreaterThan(0);
});

test('the README shows this diff', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const { gone, added } = difference();
  const shown = readme.split('\n').map((it) => it.trimEnd());
  for (const it of gone) expect(shown).toContain(`-${it}`);
  for (const it of added) expect(shown).toContain(`+${it}`);
});

test('before it, the password is enough', async () => {
  const person = browser(unprotected());
  const members = await person.submit(await person.get('/login').then(asForm), ANN);
  expect(members.text).toBe('Hello Ann');
});

/** A form without an action posts to where it is. */
const asForm = <T extends { path: string; forms: readonly { action: string }[] }>(page: T): T => ({
  ...page,
  forms: page.forms.map((it) => ({ ...it, action: it.action || page.path })),
});

test('after it, the password is not, and the code from the phone is', async () => {
  const person = browser(membersApp());
  const choose = await person.submit(await person.get('/login').then(asForm), ANN);
  expect(choose.path).toBe('/login/mfa');
  expect((await person.get('/members')).path).toBe('/login');
  const code = await person.submit(await person.get('/login/mfa'), {
    method: 'sms',
    phone_number: '+15555550123',
  });
  const recovery = await person.submit(code, { code: phone.at(-1)?.code ?? '' });
  const members = await person.submit(recovery);
  expect(members).toMatchObject({ path: '/members', text: 'Hello Ann' });
});
