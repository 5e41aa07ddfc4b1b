// B6, R-004: ids and forms of somebody else, on the pages of one's own.
import { importAuthenticators } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import type { TestBrowser } from '../pages/browser.js';
import { enrollByPage, logIn, type PagesApp, pagesApp } from '../pages/pages-app.js';

const BOB = { username: 'bob@example.com', password: 'battery staple' };

async function annAndBob() {
  const t = await pagesApp();
  const ann = t.browser();
  await ann.submit(await enrollByPage(t, ann));
  await importAuthenticators(t.mfa, 'u2', [
    { phone: { value: '+12125550199' } },
    { totp: { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' } },
  ]);
  const own = async (userId: string) => (await t.mfa.store.load({ userId })).authenticators;
  const bobs = (await own('u2')).map(({ id }) => id);
  t.clock.advance(60);
  return { t, ann, bobs, state: async () => JSON.stringify(await own('u2')) };
}

/** Every way to write an id. */
const written = (id: string) => [
  id,
  `sms|${id}`,
  `totp|${id}`,
  id.toLowerCase(),
  `${id}%00`,
  ` ${id}`,
];

const sentTo = ({ messages }: PagesApp, number: string) =>
  messages.filter(({ to, code }) => to === number && code !== undefined).length;

/** A form with the token of this browser. */
async function formIn(person: TestBrowser, page: string, action: string, fields: object) {
  const { csrf = '' } = (await person.get(page)).forms[0]?.fields ?? {};
  const form = { action, method: 'post', fields: { csrf, ...fields }, button: '' };
  return person.submit({ forms: [form] } as never);
}

describe('R-004, B6: an authenticator of somebody else', () => {
  test('R-004: is asked by no login of mine', async () => {
    const { t, bobs } = await annAndBob();
    const person = t.browser();
    await logIn(person);
    const sent = t.messages.length;
    for (const id of bobs.flatMap(written)) {
      t.clock.advance(40);
      const page = await formIn(person, '/login/mfa', '/login/mfa/send', { authenticator: id });
      expect([id, page.status >= 400 && page.status < 500]).toEqual([id, true]);
    }
    expect(t.messages.length).toBe(sent);
    expect(sentTo(t, '+12125550199')).toBe(0);
  });

  test('R-004, R-054: is not removed by me, nor shown', async () => {
    const { ann, bobs, state } = await annAndBob();
    const before = await state();
    for (const id of bobs.flatMap(written)) {
      const path = `/account/security/remove?id=${encodeURIComponent(id)}`;
      const page = await ann.get(path);
      expect([400, 404], id).toContain(page.status);
      expect(page.text).not.toContain('0199');
      expect([400, 404], id).toContain(
        (await formIn(ann, '/account/security', path, { id })).status,
      );
    }
    expect(await state()).toBe(before);
  });

  test('R-004: a code of my phone opens no login of somebody else, and theirs still opens', async () => {
    const { t } = await annAndBob();
    const mine = t.browser();
    const code = await logIn(mine);
    const myCode = t.code();
    const bob = t.browser();
    const his = await logIn(bob, BOB);
    const refused = await bob.submit(his, { code: myCode, oob_code: 'oob_x', mfa_token: 'mfa_x' });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect((await bob.get('/account/security')).path).toMatch(/^\/login\?/);
    expect((await mine.submit(code, { code: myCode })).path).toBe('/home');
  });

  test('R-009: a form states no result: who one is, and what one has proved, it does not say', async () => {
    const { t } = await annAndBob();
    const stated = {
      mfa: 'true',
      amr: 'mfa',
      acr: 'mfa',
      verified: '1',
      user_id: 'u2',
      sub: 'u2',
      proof: 'u1',
      'login[token]': 'x',
      needed: 'none',
      trust: '1',
      trusted: '1',
      kind: 'otp',
      type: 'otp',
      since: '0',
      seen: '9999999999999',
    };
    const person = t.browser();
    const login = await person.get('/login');
    const code = await person.submit(login, {
      username: 'ann@example.com',
      password: 'correct horse',
      ...stated,
    });
    expect(code.path).toBe('/login/mfa');
    const wrong = await person.submit(code, { code: '000000', ...stated });
    expect(wrong.status).toBe(403);
    expect((await person.get('/home')).html).not.toContain('proof');
    const home = await person.submit(wrong, { code: t.code(), ...stated });
    const { sub, amr, since } = JSON.parse(home.html).proof;
    expect([sub, amr, since]).toEqual(['u1', ['pwd', 'sms', 'mfa'], t.clock.now()]);
  });
});
