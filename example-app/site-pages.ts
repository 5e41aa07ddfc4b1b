// This app's own pages, in its own look. A real host has its templates here.
import { createHash } from 'node:crypto';
import helmet from 'helmet';

const STYLE = `
:root { color-scheme: light dark; --ink: #1d1b16; --paper: #faf6ee; --card: #fffdf8; --line: #ddd3bf; --accent: #8a3b12; --on: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #f3ede0; --paper: #1a1712; --card: #242019; --line: #4a4234; --accent: #f0a878; --on: #221107; } }
* { box-sizing: border-box; } body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 Georgia, serif; }
main { max-width: 34rem; margin: 0 auto; padding: 2rem 1rem; } h1 { font-size: 1.6rem; } a { color: var(--accent); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: 1.25rem; margin: 1rem 0; }
label { display: block; margin: .75rem 0 .25rem; font-weight: bold; }
input { width: 100%; font: inherit; padding: .55rem; border: 1px solid #93866c; border-radius: .3rem; background: var(--card); color: inherit; }
button { font: inherit; margin-top: 1rem; padding: .6rem 1.2rem; border: 0; border-radius: .3rem; background: var(--accent); color: var(--on); cursor: pointer; }
.error { color: #a11; font-weight: bold; } @media (prefers-color-scheme: dark) { .error { color: #ff9d94; } }`;

/** Nothing but this style; no `form-action`, since a login may end at the app that waits behind `/authorize`. */
export const siteHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: [`'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  crossOriginOpenerPolicy: false, // a login may stand in a window that another app opened
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: false, // would hold for every other app on localhost
});

const safe = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)} – Notes & Coins</title><style>${STYLE}</style></head>
<body><main><p><a href="/">Notes &amp; Coins</a></p><h1>${safe(title)}</h1>${content}</main></body></html>`;

const hidden = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `<input type="hidden" name="${name}" value="${safe(value)}">`;

export const homePage = (isKnown: boolean, hasOutbox: boolean): string =>
  page(
    'Welcome',
    isKnown
      ? `<p><a href="/account">Your account</a></p>`
      : `<p>An example of an app that has its own login and its own pages.</p>
<p><a href="/login">Log in</a> as ann@example.com, password: correct horse</p>
${hasOutbox ? '<p>Codes arrive on <a href="/dev/outbox">a phone of this app</a>.</p>' : ''}`,
  );

export const loginPage = (of: {
  readonly username?: string | undefined;
  readonly returnTo?: string | undefined;
  readonly error?: string | undefined;
}): string =>
  page(
    'Log in',
    `<form class="card" method="post" action="/login">
${of.error === undefined ? '' : `<p class="error" role="alert">${safe(of.error)}</p>`}
${hidden('returnTo', of.returnTo)}
<label for="username">E-mail</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" value="${safe(of.username ?? '')}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password">
<button>Log in</button></form>`,
  );

export const accountPage = (of: {
  readonly name: string;
  readonly csrf: string;
  readonly hasOutbox: boolean;
}): string =>
  page(
    `${of.name}’s account`,
    `<p><a href="/account/security">Security: how you confirm your logins</a></p>
<p><a href="/account/statement">Statement</a>, for which you need a fresh code</p>
${of.hasOutbox ? '<p><a href="/dev/outbox">The phone that receives every code</a></p>' : ''}
<form class="card" method="post" action="/account/transfer">
<h2>Send coins</h2>${hidden('csrf', of.csrf)}
<label for="amount">Amount</label><input id="amount" name="amount" inputmode="decimal" autocomplete="off" value="100 EUR">
<label for="payee">Payee</label><input id="payee" name="payee" autocomplete="off" value="Bob">
<button>Send</button></form>
<form method="post" action="/logout">${hidden('csrf', of.csrf)}<button>Log out</button></form>`,
  );

export const statementPage = (): string =>
  page(
    'Statement',
    '<div class="card"><p>Balance: 1,204 coins</p></div><p><a href="/account">Back</a></p>',
  );

export const transferredPage = ({ amount, payee }: Transfer): string =>
  page(
    'Sent',
    `<div class="card"><p>${safe(amount)} to ${safe(payee)}</p></div><p><a href="/account">Back</a></p>`,
  );

/** What went wrong, in words, and a way on. */
export const problemPage = (text: string): string =>
  page('That did not work', `<p role="alert">${safe(text)}</p><p><a href="/">Start again</a></p>`);

/** What a transfer is about. */
export interface Transfer {
  readonly amount: string;
  readonly payee: string;
}
