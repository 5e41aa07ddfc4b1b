import { describe, expect, test } from 'vitest';
import { enrollByPage, logIn, pagesApp } from './pages-app.js';

describe('logging in on the pages', () => {
  test('a new user enrolls a phone in four pages and is logged in', async () => {
    const app = await pagesApp();
    const person = app.browser();
    const login = await person.get('/login');
    const choose = await person.submit(login, {
      username: 'ann@example.com',
      password: 'correct horse',
    });
    expect(choose).toMatchObject({ status: 200, path: '/login/mfa' });
    expect(choose.text).toContain('Protect your account');
    const code = await person.submit(choose, { method: 'sms', phone_number: '+15555550123' });
    expect(code.text).toContain('We sent a text message to');
    const recovery = await person.submit(code, { code: app.code() });
    expect(recovery.text).toMatch(/Your recovery code: [A-Z0-9]{24}/);
    const home = await person.submit(recovery);
    expect(home.path).toBe('/home');
    expect(JSON.parse(home.html)).toMatchObject({
      proof: { sub: 'u1', amr: ['pwd', 'sms', 'mfa'] },
    });
  });

  test('the next login takes two pages: the code is on its way already', async () => {
    const app = await pagesApp();
    await enrollByPage(app, app.browser());
    app.clock.advance(60);
    const person = app.browser();
    const code = await logIn(person);
    expect(code.text).toContain('Enter the code');
    const home = await person.submit(code, { code: app.code() });
    expect(home.path).toBe('/home');
  });

  test('a wrong password says nothing about who has an account', async () => {
    const app = await pagesApp();
    const wrong = await logIn(app.browser(), { username: 'ann@example.com', password: 'x' });
    const unknown = await logIn(app.browser(), { username: 'nobody@example.com', password: 'x' });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('Wrong e-mail or password.');
    expect(unknown.text).toBe(wrong.text);
    expect(unknown.status).toBe(401);
  });
});
