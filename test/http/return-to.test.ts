// where a login returns to.
import { describe, expect, test } from 'vitest';
import { safeReturnTo } from '../../lib/http/return-to.js';

const ALLOWED = ['/', '/account', '/shop/*', '/a/b'];
const ORIGIN = 'https://app.example.com';

/** Addresses that lead, or look as if they led, to a foreign place or to one that is not on the list. */
const foreign: readonly string[] = [
  'https://evil.example',
  'http://evil.example/account',
  'HTTPS://evil.example',
  '//evil.example',
  '///evil.example',
  '////evil.example/account',
  '/\\evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  '/\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '\u0000//evil.example',
  '/\u0009\\evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'blob:https://evil.example/1',
  'file:///etc/passwd',
  'ftp://evil.example/account',
  'mailto:eve@evil.example',
  'https:evil.example',
  'https:/evil.example',
  'https:///evil.example',
  `${ORIGIN}/account`,
  `${ORIGIN}@evil.example/account`,
  'https://app.example.com.evil.example/account',
  '@evil.example',
  '.evil.example',
  'evil.example/account',
  'account',
  '',
  '?returnTo=//evil.example',
  '#//evil.example',
  '/account/../../evil',
  '/shop/../admin',
  '/shop/%2e%2e/admin',
  '/shop/..\\admin',
  '/shop/./../admin',
  '/shop//../../admin',
  '/.//evil.example',
  '/..//evil.example',
  '/shop/..//evil.example',
  '/account/',
  '/accounts',
  '/ACCOUNT',
  '/shop',
  '/shopping',
  '/a/b/c',
  '/account%2f..%2fadmin',
  '/%2F%2Fevil.example',
  '/%5Cevil.example',
  '/account\u2028/evil',
  '/http://evil.example',
  '/ｅvil.example',
];

/** What may be returned to, and how it goes out. */
const own: readonly (readonly [value: string, path: string])[] = [
  ['/', '/'],
  ['/account', '/account'],
  ['/account?tab=1', '/account?tab=1'],
  ['/account#keys', '/account#keys'],
  ['/account?next=//evil.example', '/account?next=//evil.example'],
  ['/shop/', '/shop/'],
  ['/shop/cart/1', '/shop/cart/1'],
  ['/shop/x/../cart', '/shop/cart'],
  ['/shop/\\evil.example', '/shop//evil.example'],
  ['/shop/%2e%2e', '/'],
  ['/shop/a b', '/shop/a%20b'],
  ['/shop/"><script>', '/shop/%22%3E%3Cscript%3E'],
  ['/acc\tount', '/account'],
  ['/account?a="<', '/account?a=%22%3C'],
];

describe('a path to return to', () => {
  test.each(foreign)('R-113: is not %j', (value) => {
    expect(safeReturnTo(value, ALLOWED)).toBeUndefined();
  });

  test('R-113: the list of foreign ones is long enough to mean something', () => {
    expect(foreign.length).toBeGreaterThanOrEqual(40);
    expect(new Set(foreign).size).toBe(foreign.length);
  });

  test.each(own)('R-113: %j goes out as %j', (value, path) => {
    expect(safeReturnTo(value, ALLOWED) ?? '').toBe(path);
  });

  test.each([...foreign, ...own.map(([value]) => value)])(
    'R-113: %j leads a browser nowhere else, whatever is allowed',
    (value) => {
      const path = safeReturnTo(value, [...ALLOWED, '/*']);
      if (path === undefined) return;
      expect(path).toMatch(/^\/(?!\/)[\x21-\x7e]*$/);
      expect(path).not.toContain('\\');
      expect(new URL(path, ORIGIN).origin).toBe(ORIGIN);
    },
  );

  test('R-113: without a list there is none', () => {
    expect(safeReturnTo('/', [])).toBeUndefined();
    expect(safeReturnTo(undefined, ['/*'])).toBeUndefined();
  });
});
