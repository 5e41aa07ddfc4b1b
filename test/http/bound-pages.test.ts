// A person confirms one action: the form is held back, its code asked for, and the form sent again.
import express from 'express';
import { requireMfa } from 'express-mfa';
import { formToken, requireFormToken } from 'express-mfa/pages';
import { describe, expect, test } from 'vitest';
import type { TestBrowser } from '../pages/browser.js';
import { enrollByPage, logIn, pagesApp } from '../pages/pages-app.js';

const FORM = { amount: '100 EUR', payee: '<b Bob', note: 'for "lunch" & more' };

async function site() {
  const t = await pagesApp();
  const done: unknown[] = [];
  const bind = ({ body, query }: express.Request) => ({
    amount: (body?.amount ?? query['amount']) as string,
    payee: (body?.payee ?? query['payee']) as string,
  });
  const guard = requireMfa(t.mfa, { bind });
  t.app.post('/transfer', express.urlencoded({ extended: false }), guard, (request, response) => {
    done.push(request.body);
    response.send('<p>done</p>');
  });
  t.app.get('/report', guard, (_request, response) => {
    response.send('<p>report</p>');
  });
  const person = t.browser();
  await enrollByPage(t, person);
  t.clock.advance(60);
  return { t, person, done };
}

/** Sends a form that the host has on a page of its own. */
const sendForm = (person: TestBrowser, path: string, fields: Record<string, string>) =>
  person.submit({ forms: [{ action: path, method: 'post', fields, button: '' }] } as never, {});

describe('a form that has to be confirmed', () => {
  test('comes back with all of its fields once the code is right, and is carried out once', async () => {
    const { t, person, done } = await site();
    const code = await sendForm(person, '/transfer?from=1', FORM);
    expect(code.path).toBe('/login/mfa');
    expect(code.text).toContain('amount 100 EUR, payee ?b Bob');
    expect(t.messages.at(-1)?.text).toContain('confirms: amount 100 EUR, payee ?b Bob');
    const wrong = await person.submit(code, { code: '000000' });
    expect(wrong.status).toBe(403);
    const again = await person.submit(wrong, { code: t.code() });
    expect(again.path).toBe('/login/mfa/confirmed');
    expect(done).toEqual([]);
    expect(again.forms.map(({ action, fields }) => ({ action, fields }))).toEqual([
      { action: '/transfer?from=1', fields: FORM },
    ]);
    expect((await person.submit(again)).text).toBe('done');
    expect(done).toEqual([FORM]);
    // The same page sent a second time asks for a code again.
    expect((await person.submit(again)).path).toBe('/login/mfa');
    expect(done).toHaveLength(1);
  });

  test('R-012: that was changed on the way is another action', async () => {
    const { t, person, done } = await site();
    const code = await sendForm(person, '/transfer', FORM);
    const again = await person.submit(code, { code: t.code() });
    const changed = await person.submit(again, { payee: 'Eve' });
    expect(changed.path).toBe('/login/mfa');
    expect(changed.text).toContain('payee Eve');
    expect(done).toEqual([]);
  });

  test('R-012: is over when somebody logs in anew', async () => {
    const { t, person, done } = await site();
    const code = await sendForm(person, '/transfer', FORM);
    await person.submit(code, { code: t.code() });
    t.clock.advance(60);
    await logIn(person);
    expect((await person.get('/login/mfa/confirmed')).path).not.toBe('/login/mfa/confirmed');
    expect((await sendForm(person, '/transfer', FORM)).path).not.toBe('/transfer');
    expect(done).toEqual([]);
  });

  test('a page that has to be confirmed opens once, after the code', async () => {
    const { t, person } = await site();
    let page = await person.get('/report?amount=1&payee=Bob');
    expect(page.path).toBe('/login/mfa');
    expect(t.messages).toHaveLength(1); // a link sends nothing
    page = await person.submit(page);
    expect(t.messages).toHaveLength(2);
    page = await person.submit(page, { code: t.code() });
    expect([page.path, page.text]).toEqual(['/report?amount=1&payee=Bob', 'report']);
    expect((await person.get('/report?amount=1&payee=Bob')).path).toBe('/login/mfa');
  });

  test('keeps the token that the page of the host gave it (R-112)', async () => {
    const { t, person } = await site();
    t.app.get('/pay', async (request, response) => {
      const csrf = await formToken(t.mfa, request);
      response.send(
        `<form method="post" action="/pay"><input name="csrf" value="${csrf}"><input name="payee" value="Bob"><button>Pay</button></form>`,
      );
    });
    t.app.post(
      '/pay',
      express.urlencoded({ extended: false }),
      requireFormToken(t.mfa),
      requireMfa(t.mfa, { bind: ({ body }) => ({ amount: '1', payee: body.payee }) }),
      (_request, response) => void response.send('<p>paid</p>'),
    );
    const before = await person.get('/pay');
    const code = await person.submit(before);
    const confirmed = await person.submit(code, { code: t.code() });
    expect((await person.submit(confirmed)).text).toBe('paid');
    t.clock.advance(60);
    await logIn(person); // anew: forms of the login before are worth nothing
    expect((await person.submit(before)).status).toBe(403);
  });
});
