import { describe, expect, test } from 'vitest';
import { enrollByPage, logIn, pagesApp } from './pages-app.js';

const PHONE = { method: 'sms', phone_number: '+15555550123' };
const RESEND = 'Send a new code';

describe('asking for a new code too early', () => {
  test('in an enrollment says when, and takes the code that was sent', async () => {
    const t = await pagesApp();
    const person = t.browser();
    const code = await person.submit(await logIn(person), PHONE);
    const early = await person.submit(code, {}, RESEND);
    expect(early.status).toBe(429);
    expect(early.title).toContain('Enter the code');
    expect(early.text).toMatch(/Wait \d+ seconds/);
    expect(t.messages).toHaveLength(1);
    const next = await person.submit(early, { code: t.code() });
    expect(next.title).toContain('Save your recovery code');
  });

  test('in the settings says when, and takes the code that was sent', async () => {
    const t = await pagesApp();
    const person = t.browser();
    await person.submit(await enrollByPage(t, person));
    const email = { method: 'email', email: 'ann@example.com' };
    const code = await person.submit(await person.get('/account/security/add'), email);
    const early = await person.submit(code, {}, RESEND);
    expect(early.status).toBe(429);
    expect(early.title).toContain('Enter the code');
    expect(early.text).toMatch(/Wait \d+ seconds/);
    const next = await person.submit(early, { code: t.code() });
    expect(next.path).toBe('/account/security');
  });
});
