// B16, R-027: a guess on a page is a guess: login, step-up and settings share the counters of the API.
import { describe, expect, test } from 'vitest';
import type { LoadedPage, TestBrowser } from '../pages/browser.js';
import { logIn, type PagesApp, pagesApp } from '../pages/pages-app.js';
import { client } from '../support/app.js';
import { enrollOtp, mfaToken, totp, wrongCode } from '../support/attack.js';

const HOUR = 3600;

/** `wrong`: it was compared; else the seconds to wait. */
type Verdict = 'wrong' | number;
type Door = () => Promise<Verdict>;

function verdictOf({ text, headers, path }: LoadedPage): Verdict {
  if (text.includes('This code is wrong')) return 'wrong';
  const wait = Number(headers['retry-after']);
  if (!(wait > 0)) throw new Error(`neither wrong nor to wait for: ${path}: ${text}`);
  return wait;
}

/** One door after the other until the wait is longer than an hour. @returns guesses compared, by door */
async function guessAt(t: PagesApp, doors: readonly Door[]): Promise<number[]> {
  const counts = doors.map(() => 0);
  for (let i = 0; i < 200; i++) {
    const at = i % doors.length;
    const verdict = await (doors[at] as Door)();
    if (verdict === 'wrong') counts[at] = (counts[at] ?? 0) + 1;
    else if (verdict > HOUR) return counts;
    else t.clock.advance(verdict);
  }
  throw new Error('it goes on and on');
}

async function withApp() {
  const t = await pagesApp();
  const { secret } = await enrollOtp(t);
  let n = 0;
  const wrong = () => wrongCode(totp(secret, t.clock.now()), 77 + n++);
  const right = () => totp(secret, t.clock.now());
  return { t, wrong, right };
}

/** A page that asks for a code, loaded anew for each guess. */
const byPage =
  (page: () => Promise<LoadedPage>, person: TestBrowser, wrong: () => string): Door =>
  async () =>
    verdictOf(await person.submit(await page(), { code: wrong() }));

describe('R-027: one budget for every door', () => {
  test('R-027, B16: a login page, a step-up, a new login each time and the API: 15 wrong guesses in all', async () => {
    const { t, wrong, right } = await withApp();
    const member = t.browser();
    await member.submit(await logIn(member), { code: right() });
    expect(member.cookies.delete('__Host-mfa_device')).toBe(true); // a known device has a lane of its own
    t.clock.advance(60);
    const waiting = t.browser();
    const stepUp = async () => {
      await member.submit(await member.get('/login/mfa/step-up'));
      return member.get('/login/mfa');
    };
    const counts = await guessAt(t, [
      byPage(() => logIn(waiting), waiting, wrong),
      byPage(stepUp, member, wrong),
      async () => {
        const person = t.browser();
        return verdictOf(await person.submit(await logIn(person), { code: wrong() }));
      },
      async () => {
        const answer = await client(t.app).otp(await mfaToken(t), wrong());
        if (answer.body.error_description === 'Invalid otp_code.') return 'wrong';
        return Number(answer.headers['retry-after']);
      },
    ]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(15);
    expect(Math.min(...counts)).toBeGreaterThan(1);
    const person = t.browser();
    const late = await person.submit(await logIn(person), { code: right() });
    expect(late.status).toBe(429);
    expect(late.text).toContain('Too many tries');
    const api = await client(t.app).otp(await mfaToken(t), right());
    expect(api.status).toBe(429);
  });

  test('R-011, R-027: going back, another way and a new tab give no guess more', async () => {
    const { t, wrong } = await withApp();
    const person = t.browser();
    await logIn(person);
    let compared = 0;
    for (let i = 0; i < 8; i++) {
      await person.get('/login/mfa?way=other');
      const ways = await person.get('/login/mfa?way=other');
      const code = await person.submit(ways);
      const answer = await person.submit(code, { code: wrong() });
      if (answer.text.includes('This code is wrong')) compared++;
    }
    expect(compared).toBe(5); // per login
  });

  test('R-023: what is no code at all is no guess, and what comes during the wait is none', async () => {
    const { t, wrong, right } = await withApp();
    const person = t.browser();
    const code = await logIn(person);
    for (const typed of ['', '12345', 'abcdef', '1234567', '１２３４５６', '12 34']) {
      expect((await person.submit(code, { code: typed })).status).toBe(400);
    }
    for (let i = 0; i < 4; i++) await person.submit(code, { code: wrong() });
    expect((await person.submit(code, { code: right() })).path).toBe('/home');
  });
});
