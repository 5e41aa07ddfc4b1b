// What guards and Passport take is in their documents, with every option, and the reverse.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

/** Names of the members of an interface. */
function membersOf(path: string, name: string): string[] {
  const body = read(path).match(new RegExp(`interface ${name}\\b[^{]*\\{\\n(.*?)^\\}`, 'ms'))?.[1];
  if (body === undefined) throw new Error(`no interface ${name} in ${path}`);
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member]) => member ?? '');
}

/** Names in the first cells of the table whose head is `| option |`. */
function optionsIn(path: string): string[] {
  const [, table = ''] = read(path).match(/^\| option \|.*\n\| ?---.*\n((?:\|.*\n)+)/m) ?? [];
  return table.split('\n').flatMap((line) => line.split('|')[1]?.match(/(?<=`)\w+(?=`)/g) ?? []);
}

test.each([
  ['GuardOptions', 'lib/http/guard-options.ts', 'docs/step-up.md'],
  ['MfaLoginOptions', 'lib/passport/mfa-login.ts', 'docs/passport.md'],
])('every option of %s is in %s and no other', (name, source, page) => {
  const listed = optionsIn(page);
  expect(listed.length).toBeGreaterThan(3);
  expect(listed.toSorted()).toEqual(membersOf(source, name).toSorted());
});

/** Names that stand between backticks, `brand` of `brand.name` among them. */
const namedIn = (text: string) => [...text.matchAll(/`(\w+)(?:\.\w+)?`/g)].map(([, name]) => name);

test.each([
  ['PagesOptions', 'lib/pages/options.ts', 'docs/pages.md'],
  ['AuthorizeOptions', 'lib/http/authorize-router.ts', 'docs/options.md'],
])('every option of %s is in %s', (name, source, page) => {
  const members = membersOf(source, name);
  expect(members.length).toBeGreaterThan(2);
  expect(members.filter((it) => !namedIn(read(page)).includes(it))).toEqual([]);
});

test('every option of FinishOptions is in docs/oidc-provider.md and no other', () => {
  const members = membersOf('lib/oidc-provider/finish-interaction.ts', 'FinishOptions');
  expect(members.length).toBeGreaterThan(1);
  expect(optionsIn('docs/oidc-provider.md').toSorted()).toEqual(members.toSorted());
});

test('every option of AccessTokenOptions is in docs/passport.md', () => {
  const members = membersOf('lib/passport/access-token-strategy.ts', 'AccessTokenOptions');
  const text = read('docs/passport.md');
  expect(members.filter((it) => !text.includes(`\`${it}\``))).toEqual([]);
});

test('every member of what a guard sets is in docs/step-up.md', () => {
  const members = membersOf('lib/http/auth.ts', 'Auth');
  const [, text = ''] = read('docs/step-up.md').match(/`req\.auth` is `\{(.*?)\}`/s) ?? [];
  expect(text.match(/\w+/g)?.toSorted()).toEqual(members.toSorted());
});
