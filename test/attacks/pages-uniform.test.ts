// the login page tells nobody who has an account.
import { describe, expect, test } from 'vitest';
import type { TestBrowser } from '../pages/browser.js';
import { pagesApp } from '../pages/pages-app.js';
import { exampleHost } from './example-host.js';

/** The answer to a login, without what is new in each answer and what was typed. */
async function answerTo(person: TestBrowser, username: string, password: string) {
  const login = await person.get('/login');
  const fields = { ...login.forms[0]?.fields, username, password };
  const { status, text, headers } = await person.send('POST', '/login', fields);
  const { date: _, 'set-cookie': __, etag: ___, 'content-length': ____, ...told } = headers;
  const nonce = /'nonce-([\w-]+)'/.exec(headers['content-security-policy'] ?? '')?.[1] ?? '-';
  const csrf = login.forms[0]?.fields['csrf'] ?? '-';
  const all = JSON.stringify([status, told, text]);
  return all.replaceAll(nonce, 'NONCE').replaceAll(csrf, 'CSRF').replaceAll(username, 'USER');
}

describe('R-118: a wrong password', () => {
  test('R-118: of nobody, of a user, of one who is blocked: one answer of the page, byte for byte', async () => {
    const t = await pagesApp();
    const names = ['ann@example.com', 'bob@example.com', 'eve@example.com', 'nobody@example.com'];
    const answers = new Set<string>();
    for (const name of names) answers.add(await answerTo(t.browser(), name, 'wrong'));
    expect(answers.size).toBe(1);
    expect([...answers][0]).toContain('Wrong e-mail or password.');
  });

  test('R-118: of nobody, of a new user, of one with factors: one answer of the example app', async () => {
    const host = await exampleHost();
    const names = ['victim@example.com', 'new@example.com', 'nobody@example.com'];
    const answers = new Set<string>();
    for (const name of names) answers.add(await answerTo(host.browser(), name, 'wrong'));
    expect(answers.size).toBe(1);
    expect([...answers][0]).toContain('Wrong username or password.');
  });
});
