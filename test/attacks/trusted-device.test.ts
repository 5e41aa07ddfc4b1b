// R-117, B25: a trusted device is a record on the server, good for one user, replaced at each use.
import { describe, expect, test } from 'vitest';
import type { TestBrowser } from '../pages/browser.js';
import { ANN, enrollByPage, logIn, type PagesApp, pagesApp } from '../pages/pages-app.js';

const COOKIE = '__Host-mfa_trusted';
const BOB = { username: 'bob@example.com', password: 'battery staple' };

const trusting = () =>
  pagesApp({ trustedDevices: true, pages: { returnTo: ['/account/security'] } });

/** Logs in with the code and ticks the box. */
async function trustDevice(app: PagesApp, person: TestBrowser): Promise<string> {
  app.clock.advance(61);
  const code = await logIn(person);
  expect(code.text).toContain('Do not ask again on this device');
  await person.submit(code, { code: app.code(), trust: '1' });
  return person.cookies.get(COOKIE) as string;
}

/** A browser that has nothing but this cookie, as somebody who copied it. */
function browserWith(app: PagesApp, token: string): TestBrowser {
  const person = app.browser();
  person.cookies.set(COOKIE, token);
  return person;
}

const isAsked = async (person: TestBrowser, who = ANN) =>
  (await logIn(person, who)).path === '/login/mfa';

async function enrolledApp() {
  const app = await trusting();
  const { text } = await enrollByPage(app, app.browser());
  const recoveryCode = /[A-Z0-9]{24}/.exec(text)?.[0] ?? '';
  return Object.assign(app, { recoveryCode });
}

type EnrolledApp = Awaited<ReturnType<typeof enrolledApp>>;

describe('R-117: a trusted device', () => {
  test('is not offered, and its cookie opens nothing, unless the host switches it on', async () => {
    const app = await pagesApp();
    await enrollByPage(app, app.browser());
    app.clock.advance(61);
    const person = app.browser();
    const code = await logIn(person);
    expect(code.text).not.toContain('Do not ask again');
    await person.submit(code, { code: app.code(), trust: '1' });
    expect(person.cookies.has(COOKIE)).toBe(false);
  });

  test('logs in with the password, and proves no more than that', async () => {
    const app = await enrolledApp();
    const person = app.browser();
    const before = await trustDevice(app, person);
    const again = browserWith(app, before);
    const home = await logIn(again);
    expect(home.path).toBe('/home');
    const { proof } = JSON.parse(home.html);
    expect(proof).toMatchObject({ sub: 'u1', amr: ['pwd'], trusted: true });
    expect(again.cookies.get(COOKIE)).not.toBe(before);
    expect((await again.get('/account/security')).path).toMatch(/^\/login\/mfa\/step-up/);
  });

  test('is not given for the password alone, nor for a wrong code', async () => {
    const app = await enrolledApp();
    const person = app.browser();
    app.clock.advance(61);
    const code = await logIn(person);
    const wrong = await person.submit(code, { code: '000000', trust: '1' });
    expect(wrong.status).toBe(403);
    expect(person.cookies.has(COOKIE)).toBe(false);
    const setCookies = (await person.send('POST', '/login', { ...ANN, trust: '1' })).headers;
    expect(JSON.stringify(setCookies)).not.toContain(COOKIE);
  });

  test('whose old cookie is used was copied: it ends, for both', async () => {
    const app = await enrolledApp();
    const owner = app.browser();
    const copied = await trustDevice(app, owner);
    expect(await isAsked(browserWith(app, copied))).toBe(false); // the thief is faster
    expect(await isAsked(browserWith(app, copied))).toBe(true); // the owner is asked
    expect(app.events.map(({ event }) => event)).toContain('remember_device.reuse_detected');
    const thief = app.browser();
    thief.cookies.set(COOKIE, owner.cookies.get(COOKIE) as string);
    expect(await isAsked(thief)).toBe(true);
  });

  test('of one user is none of another', async () => {
    const app = await enrolledApp();
    const token = await trustDevice(app, app.browser());
    const bob = app.browser();
    const choose = await logIn(bob, BOB);
    const code = await bob.submit(choose, { method: 'sms', phone_number: '+15555550177' });
    await bob.submit(code, { code: app.code() });
    expect(await isAsked(browserWith(app, token), BOB)).toBe(true);
    expect(await isAsked(browserWith(app, token))).toBe(false); // and Ann's is untouched
  });

  test.each([
    ['nothing', (it: string) => it.split('.')[0] as string],
    [
      'another name',
      (it: string) => it.replace(/^dev_(\w)/, (_, first) => `dev_${first === 'a' ? 'b' : 'a'}`),
    ],
    ['a changed handle', (it: string) => `${it.slice(0, -2)}AA`],
    ['one part more', (it: string) => `${it}.x`],
    ['the prototype', (it: string) => it.replace(/^[^.]+/, '__proto__')],
  ])('that was forged with %s is worth nothing', async (_name, forge) => {
    const app = await enrolledApp();
    const token = await trustDevice(app, app.browser());
    expect(await isAsked(browserWith(app, forge(token)))).toBe(true);
  });

  test('lives for 30 days, however often it is used, by the clock of the server', async () => {
    const app = await enrolledApp();
    const person = app.browser();
    await trustDevice(app, person);
    for (let day = 0; day < 29; day += 7) {
      app.clock.advance(7 * 86_400);
      const next = browserWith(app, person.cookies.get(COOKIE) as string);
      expect(await isAsked(next)).toBe(day >= 28);
      person.cookies.set(COOKIE, next.cookies.get(COOKIE) as string);
    }
  });

  test.each([
    ['the password changes', async ({ mfa }: EnrolledApp) => mfa.onPasswordChanged('u1')],
    ['the user logs out everywhere', async ({ mfa }: EnrolledApp) => mfa.forgetDevices('u1')],
    [
      'a recovery code is used, which trusts nothing itself',
      async (app: EnrolledApp) => {
        const person = app.browser();
        await logIn(person);
        const form = await person.get('/login/mfa?way=recovery');
        await person.submit(form, { recovery_code: app.recoveryCode, trust: '1' });
        expect(person.cookies.has(COOKIE)).toBe(false);
      },
    ],
    [
      'a factor is added',
      async (app: EnrolledApp) => {
        const person = app.browser();
        app.clock.advance(61);
        await person.submit(await logIn(person), { code: app.code() });
        const add = await person.get('/account/security/add');
        const code = await person.submit(add, { method: 'sms', phone_number: '+15555550188' });
        await person.submit(code, { code: app.code() });
      },
    ],
  ])('dies when %s', async (_name, change) => {
    const app = await enrolledApp();
    const token = await trustDevice(app, app.browser());
    await change(app);
    expect(await isAsked(browserWith(app, token))).toBe(true);
  });

  test('stands in the settings, where its owner can forget it', async () => {
    const app = await enrolledApp();
    const person = app.browser();
    const token = await trustDevice(app, person);
    const settings = await person.get('/account/security');
    expect(settings.text).toContain('Trusted devices Browser');
    const after = await person.submit(settings, {}, 'Forget');
    expect(after.text).toContain('The device is forgotten.');
    expect(after.text).toContain('No device is trusted.');
    expect(await isAsked(browserWith(app, token))).toBe(true);
  });

  test('is at most one of ten; the one that was used the longest time ago makes room', async () => {
    const app = await enrolledApp();
    const first = await trustDevice(app, app.browser());
    for (let i = 0; i < 10; i++) {
      app.clock.advance(3 * 3600); // ten messages a day
      await trustDevice(app, app.browser());
    }
    expect(await isAsked(browserWith(app, first))).toBe(true);
  });
});
