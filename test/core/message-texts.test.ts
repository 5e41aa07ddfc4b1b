// What a message says (security.md R-133), in every language.
import { describe, expect, test } from 'vitest';
import { spokenText, writtenText } from '../../lib/channels/templates.js';
import { LOCALES, localeOf } from '../../lib/core/locale.js';
import { noticeText } from '../../lib/core/sends/notice-texts.js';
import type { NoticeSubject } from '../../lib/ports/index.js';
import { client, enrollPhone, SMS, testApp, testUsers } from '../support/app.js';

/** 3GPP TS 23.038: one septet each, and two for those of the extension table. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENSION = '^{}\\[~]|€';

function septets(text: string): number {
  return Array.from(text).reduce((sum, it) => {
    if (BASIC.includes(it)) return sum + 1;
    if (EXTENSION.includes(it)) return sum + 2;
    throw new Error(`${JSON.stringify(it)} is not in GSM-7`);
  }, 0);
}

const LONGEST_NAME = 'W'.repeat(40);
const LONGEST_HOST = `${'a'.repeat(62)}.${'b'.repeat(33)}.com`;
const CODES = ['012345', '0123456789'];
const HOSTS = ['auth.example.com', 'localhost', 'xn--mnchen-3ya.example', LONGEST_HOST];

describe.each(LOCALES)('R-133: in %s', (locale) => {
  const cases = HOSTS.flatMap((host) =>
    CODES.flatMap((code) =>
      [undefined, 'Example', LONGEST_NAME].map((name) => [host, code, name] as const),
    ),
  );
  test.each(cases)('a message of %s with %s for %s is one segment of GSM-7', (host, code, name) => {
    const text = writtenText({ template: 'code', code, host, locale }, name);
    expect(septets(text)).toBeLessThanOrEqual(160);
    const lines = text.split('\n');
    expect(lines.at(-1)).toBe(`@${host} #${code}`);
    expect(lines.at(-2)).toBe('');
    expect(lines[0]).toMatch(new RegExp(`^${code} `));
  });

  test('the name stands in it as long as there is room', () => {
    const words = { template: 'code', code: '012345', host: 'auth.example.com', locale } as const;
    expect(writtenText(words, LONGEST_NAME)).toContain(LONGEST_NAME);
    expect(writtenText(words)).toContain('auth.example.com');
  });

  test('a call reads the digits one by one, twice', () => {
    const words = { template: 'code', code: '012345', host: 'auth.example.com', locale } as const;
    const text = spokenText(words, 'Example');
    expect(text.match(/0, 1, 2, 3, 4, 5\./g)).toHaveLength(2);
    expect(text).not.toContain('012345');
    expect(text).toContain('Example');
  });

  const subjects: NoticeSubject[] = [
    'authenticator.added',
    'authenticator.removed',
    'authenticator.disabled',
    'recovery.used',
    'guesses.locked',
  ];
  test.each(subjects)('a notice, %s, is one segment for a host of 44 letters', (subject) => {
    const host = `${'a'.repeat(40)}.com`;
    const text = noticeText(host, subject, locale);
    expect(septets(text)).toBeLessThanOrEqual(160);
    expect(text.startsWith(`${host}: `)).toBe(true);
  });
});

test('R-133: an issuer whose host no message has room for is refused', async () => {
  await expect(testApp({ issuer: `https://a${LONGEST_HOST}/` })).rejects.toMatchObject({
    code: 'ERR_MFA_ISSUER',
  });
  await expect(testApp({ issuer: `https://${LONGEST_HOST}/` })).resolves.toBeDefined();
});

describe('the language', () => {
  const settings = (locale: 'en' | 'de') => ({ settings: { locale } });

  test.each([
    ['de', 'en', 'de'],
    ['de-AT', 'en', 'de'],
    ['DE_ch', 'en', 'de'],
    ['en-GB', 'de', 'en'],
    ['fr', 'de', 'de'],
    [undefined, 'de', 'de'],
    ['', 'en', 'en'],
    ['__proto__', 'en', 'en'],
    [{ toString: () => 'de' } as never, 'en', 'en'],
  ] as const)('of a user with %s, where %s is the usual one, is %s', (locale, usual, expected) => {
    expect(localeOf(settings(usual), { locale })).toBe(expected);
  });

  test('is the user’s at enrollment and login, and the host’s for others', async () => {
    const seedUsers = testUsers.map((it) => (it.id === 'u1' ? { ...it, locale: 'de-DE' } : it));
    const t = await testApp({ seedUsers });
    await enrollPhone(t);
    t.clock.advance(601);
    const { mfa_token: token } = (await client(t.app).login().expect(403)).body;
    await client(t.app).challenge({ mfa_token: token }).expect(200);
    const german = /^\d{6} ist dein Bestätigungscode für auth\.example\.com\.\n\n@auth/;
    for (const { text, locale } of t.messages) {
      expect(text).toMatch(german);
      expect(locale).toBe('de');
    }
    const other = { username: 'bob@example.com', password: 'battery staple' };
    await enrollPhone(t, { login: other, phone: '+15555550124' });
    expect(t.messages.at(-1)?.text).toContain('is your auth.example.com verification code.');
    expect(t.messages).toHaveLength(3);
  });
});

describe('what users and requests say', () => {
  const HOSTILE = 'Win €1000 at http://evil.example\n@evil.example #111111';

  test('R-133: stands in no message: names, addresses, parameters and headers are hostile here', async () => {
    const seedUsers = testUsers.map((it) => ({
      ...it,
      name: HOSTILE,
      nickname: HOSTILE,
      locale: HOSTILE,
    }));
    const t = await testApp({ seedUsers });
    const http = client(t.app);
    const hostile = { scope: 'openid', ui_locales: HOSTILE, app_name: HOSTILE };
    const login = http
      .login(hostile)
      .set('User-Agent', 'evil.example')
      .set('Host', 'evil.example')
      .set('X-Forwarded-Host', 'evil.example')
      .set('Accept-Language', 'evil.example');
    const { mfa_token: token } = (await login.expect(403)).body;
    await http
      .associate(token, { ...SMS, name: HOSTILE, text: HOSTILE, locale: HOSTILE, host: HOSTILE })
      .set('Host', 'evil.example')
      .set('User-Agent', 'evil.example')
      .expect(200);
    const code = t.code();
    expect(t.messages.map(({ text }) => text)).toEqual([
      `${code} is your auth.example.com verification code.\n\n@auth.example.com #${code}`,
    ]);
  });

  test('R-134: a message has one recipient, in canonical form, however the number is written', async () => {
    const t = await testApp();
    const { mfa_token: token } = (await client(t.app).login().expect(403)).body;
    const http = client(t.app);
    const several = [
      '+15555550123,+15555550124',
      '+15555550123;+15555550124',
      '+15555550123 +15555550124',
      '+15555550123\n+15555550124',
      ['+15555550123', '+15555550124'],
      '+15555550123x2',
      'tel:+15555550123',
      '+15555550123;ext=2',
    ];
    for (const phone_number of several) {
      const { status } = await http.associate(token, { ...SMS, phone_number });
      expect(status, JSON.stringify(phone_number)).toBe(400);
    }
    const mail = { authenticator_types: ['oob'], oob_channels: ['email'] };
    for (const email of [
      'a@example.com,b@example.com',
      'a@example.com b@example.com',
      '<a@b.com>',
    ]) {
      const { status } = await http.associate(token, { ...mail, email });
      expect(status, email).toBe(400);
    }
    expect(t.messages).toEqual([]);
    await http.associate(token, { ...SMS, phone_number: '+1 (555) 555-01.23' }).expect(200);
    t.clock.advance(60);
    await http.associate(token, { ...mail, email: 'ann@EXAMPLE.com' }).expect(200);
    expect(t.messages.map(({ to }) => to)).toEqual(['+15555550123', 'ann@example.com']);
  });
});
