import type { Site } from '../site.js';

/** The one style sheet; light and dark by the visitor's preference. No font, no image, no request. */
export const styleSheet = (brand: Site['brand']): string => colours(brand) + TEXT + CONTROLS;

const colours = ({ accent, accentDark }: Site['brand']): string => `
:root { color-scheme: light dark; --accent: ${accent}; --on-accent: #fff; --page: #f3f4f6; --card: #fff;
  --text: #16181d; --soft: #50565f; --line: #868d98; --hair: #d9dce1; --bad: #a3191f; --bad-page: #fdecec; --good: #16603a; --good-page: #e7f6ec; }
@media (prefers-color-scheme: dark) { :root { --accent: ${accentDark}; --on-accent: #0b1220; --page: #101318; --card: #1a1e25;
  --text: #eceef2; --soft: #aeb5c0; --line: #7c8594; --hair: #333a45; --bad: #ffb3b0; --bad-page: #3a1c1e; --good: #a5e3bd; --good-page: #16301f; } }
`;

const TEXT = `* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 27rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
header { max-width: 27rem; margin: 0 auto; padding: 2rem 1rem 0; font-weight: 600; }
header img { display: block; max-width: 12rem; max-height: 3rem; }
.card { background: var(--card); border: 1px solid var(--hair); border-radius: .9rem; padding: 1.5rem; }
h1 { hyphens: auto; font-size: 1.45rem; line-height: 1.25; margin: 0 0 .6rem; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { margin: 0 0 1rem; }
.soft { color: var(--soft); }
.small { font-size: .9rem; }
form { margin: 0; }
label, legend { font-weight: 600; }
fieldset { border: 0; margin: 0 0 1rem; padding: 0; min-width: 0; }
legend { padding: 0; margin-bottom: .5rem; }
input:not([type=radio]):not([type=checkbox]) { display: block; width: 100%; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: .5rem; padding: .65rem .75rem; min-height: 2.9rem; margin: .3rem 0 .25rem; }
input.code { font-size: 1.5rem; letter-spacing: .25em; font-variant-numeric: tabular-nums; }
input[aria-invalid=true]:not([type=radio]) { border-color: var(--bad); border-width: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.field { margin-bottom: 1rem; }
`;

const CONTROLS = `.choice { display: flex; gap: .7rem; align-items: start; border: 1px solid var(--hair); border-radius: .6rem; padding: .7rem .8rem; margin-bottom: .5rem; cursor: pointer; }
.choice input { margin: .3rem 0 0; flex: none; inline-size: 1.1rem; block-size: 1.1rem; accent-color: var(--accent); }
.choice span { font-weight: 600; }
.choice small { display: block; font-weight: 400; color: var(--soft); font-size: .9rem; }
.choice:has(:checked) { border-color: var(--accent); }
button, .button { display: block; width: 100%; font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; min-height: 2.9rem;
  border: 1px solid var(--accent); border-radius: .5rem; padding: .6rem 1rem; background: var(--accent); color: var(--on-accent); }
button.plain, .button.plain { background: transparent; color: var(--accent); border-color: var(--line); }
button.link { display: inline; width: auto; min-height: 0; border: 0; padding: .35rem 0; background: none; color: var(--accent); text-decoration: underline; }
button[disabled] { opacity: .55; cursor: default; }
a { color: var(--accent); }
.stack > * + * { margin-top: .6rem; }
.more { margin-top: 1.25rem; padding-top: 1rem; border-top: 1px solid var(--hair); }
.error, .notice { border-radius: .5rem; padding: .65rem .8rem; margin: 0 0 1rem; }
.error { color: var(--bad); background: var(--bad-page); }
.notice { color: var(--good); background: var(--good-page); }
.wrong { color: var(--bad); margin: 0 0 .25rem; font-size: .95rem; }
.qr { display: block; background: #fff; border-radius: .6rem; padding: .5rem; margin: 0 auto 1rem; max-width: 15rem; }
.qr svg { display: block; width: 100%; height: auto; }
.secret { display: block; font: 600 1.05rem/1.6 ui-monospace, monospace; background: var(--page); border-radius: .5rem; padding: .6rem .75rem; margin: .25rem 0 1rem; user-select: all; }
ul.list { list-style: none; margin: 0 0 1rem; padding: 0; }
ul.list li { display: flex; gap: .75rem; align-items: center; justify-content: space-between; border-bottom: 1px solid var(--hair); padding: .75rem 0; }
ul.list li > div { min-width: 0; }
ul.list li > :last-child { flex: none; }
@media print { header, button { display: none; } }
`;
