// A new recovery code from the settings.
import { describe, expect, test } from 'vitest';
import type { LoadedPage, TestBrowser } from './browser.js';
import { enrollByPage, logIn, pagesApp } from './pages-app.js';

const codeOn = ({ text }: LoadedPage) => /Your recovery code: ([A-Z0-9]{24})/.exec(text)?.[1];

async function member() {
  const t = await pagesApp();
  const person = t.browser();
  const first = await enrollByPage(t, person);
  await person.submit(first);
  return { t, person, old: codeOn(first) ?? '' };
}

const askForOne = async (person: TestBrowser) =>
  person.submit(await person.get('/account/security'), {}, 'Make a new recovery code');

/** Logs in with a recovery code. */
async function recover(person: TestBrowser, code: string) {
  await logIn(person);
  return person.submit(await person.get('/login/mfa?way=recovery'), { recovery_code: code });
}

describe('R-084: a new recovery code', () => {
  test('R-084: takes a fresh second factor, and is shown once one has passed', async () => {
    const { t, person, old } = await member();
    t.clock.advance(400);
    const ask = await askForOne(person);
    expect(ask.path).toMatch(/^\/login\/mfa\/step-up\?/);
    expect(codeOn(ask)).toBeUndefined();
    expect(codeOn(await person.get('/login/mfa/recovery-code'))).toBeUndefined();
    await person.submit(await person.submit(ask), { code: t.code() });
    const made = codeOn(await askForOne(person)) ?? '';
    expect(made).toMatch(/^[A-Z0-9]{24}$/);
    expect(made).not.toBe(old);
  });

  test('R-084: is not made by one who logged in with the old one', async () => {
    const { t, old } = await member();
    const thief = t.browser();
    const shown = await recover(thief, old);
    await thief.submit(shown);
    expect((await askForOne(thief)).path).toMatch(/^\/login\/mfa\/step-up\?/);
  });

  test('R-084, R-081: ends the one before, and works once', async () => {
    const { t, person, old } = await member();
    const made = codeOn(await askForOne(person)) ?? '';
    const refused = await recover(t.browser(), old);
    expect([refused.status, refused.text.includes('This recovery code is wrong.')]).toEqual([
      403,
      true,
    ]);
    t.clock.advance(60);
    expect((await recover(t.browser(), made)).title).toContain('Save your recovery code');
    t.clock.advance(60);
    expect((await recover(t.browser(), made)).status).toBe(403);
  });
});
