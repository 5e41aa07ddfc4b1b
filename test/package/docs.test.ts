import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { sms } from 'express-mfa';
import { afterAll, describe, expect, test } from 'vitest';
import { authorizationErrors } from '../../lib/core/oauth/authorization-errors.js';
import { errors, type OAuthError, tooManyAttempts } from '../../lib/errors.js';
import { GUESSES, LIFETIMES, SENDS } from '../../lib/setup/settings.js';
import { client, enrollPhone, testApp } from '../support/app.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: join('lib', path), text: read(join('lib', path)) }));
const lib = sources.map(({ text }) => text).join('\n');
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Cells of every table row of a page, or of a part of one. */
const rows = (page: string, text = read(page)): string[][] =>
  text
    .split('\n')
    .filter((line) => /^\| (?!---)/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );

const unquote = (cell = '') => cell.replaceAll('`', '');

/** What stands in one section of a page, from its heading to the next one of the same rank. */
function section(page: string, heading: string): string {
  const [, rest = ''] = read(page).split(new RegExp(`^${heading}$`, 'm'));
  const rank = heading.split(' ')[0] as string;
  return rest.split(new RegExp(`^#{1,${rank.length}} `, 'm'))[0] as string;
}

/** Names of the members of an interface in lib/. */
function membersOf(name: string): string[] {
  const body = lib.match(new RegExp(`interface ${name}\\b[^{]*\\{\\n(.*?)^\\}`, 'ms'))?.[1];
  if (body === undefined) throw new Error(`no interface ${name} in lib/`);
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member]) => member ?? '');
}

const cited = (pattern: RegExp) => [
  ...new Set([...lib.matchAll(pattern)].map((it) => it[1] ?? '')),
];

describe('docs/options.md', () => {
  test.each([
    ['MfaOptions', '## MfaOptions'],
    ['OtpOptions', '## otp'],
    ['OobOptions', '## oob'],
    ['ChannelOptions', '### sms and voice'],
    ['PhoneChannelOptions', '### sms and voice'],
    ['MfaKeys', '## Keys'],
    ['KeyRing', '## Keys'],
    ['RewrapOptions', '## Keys'],
    ['Users', '## Users'],
    ['User', '## Users'],
    ['Clients', '## Clients'],
    ['Client', '## Clients'],
    ['AuthorizeOptions', '## authorizeRouter'],
    ['PostgresOptions', '## Stores'],
    ['RedisOptions', '## Stores'],
    ['CombinedStores', '## Stores'],
    ['WebhookSenderOptions', '## Senders'],
    ['OutboxSenderOptions', '## Senders'],
    ['ConsoleSenderOptions', '## Senders'],
  ])('has every member of %s', (name, heading) => {
    const text = section('docs/options.md', heading);
    const missing = membersOf(name).filter((it) => !new RegExp(`[\`{ ]${it}\\b`).test(text));
    expect(missing).toEqual([]);
  });

  test('has every member of Api', () => {
    const names = rows('docs/options.md').map(([name]) => unquote(name));
    expect(names).toEqual(expect.arrayContaining(membersOf('Api').map((it) => `apis[].${it}`)));
  });

  test.each([
    ['lifetimes', LIFETIMES],
    ['guesses', GUESSES],
    ['sends', SENDS],
  ])('states default and bounds of %s as they are', (group, ranges) => {
    const stated = rows('docs/options.md')
      .map((cells) => cells.map(unquote))
      .filter(([name]) => name?.startsWith(`${group}.`))
      .map((cells) => cells.slice(0, 3).join(' '));
    const actual = Object.entries(ranges).map(
      ([name, { fallback, min, max }]) => `${group}.${name} ${fallback} ${min} to ${max}`,
    );
    expect(stated.sort()).toEqual(actual.sort());
  });

  test('has every reason of SenderError and no other', () => {
    const reasons = lib.match(/type SenderFailure = (.*);/)?.[1]?.match(/\w+/g);
    const listed = section('docs/options.md', '## Senders').match(
      /(?<=^\| `)\w+(?=` \| [a-z ]*gateway|` \| the connection)/gm,
    );
    expect(listed).toEqual(reasons);
  });

  test('has every variable of the example app and no other', () => {
    const config = read('example-app/config.ts');
    const taken = [...config.matchAll(/\bread\('(\w+)'|env\.([A-Z_]+)\b/g)].map(
      ([, one, other]) => one ?? other,
    );
    const cells = section('docs/options.md', '## The example app').match(/^\| `[^|]*/gm);
    const listed = cells?.flatMap((cell) => cell.match(/[A-Z_]+/g) ?? []);
    expect(new Set(listed)).toEqual(new Set(taken));
  });

  test('names no option that does not exist', () => {
    const text = section('docs/options.md', '## MfaOptions');
    const named = text
      .split('### ')[0]
      ?.split('\n')
      .flatMap((line) => line.match(/^\| `(\w+)`/)?.[1] ?? []);
    expect(named?.sort()).toEqual(membersOf('MfaOptions').sort());
  });

  test('states the digits of a code as they are', () => {
    const channel = (digits?: number) => sms({ send: async () => {}, countries: ['US'], digits });
    expect(channel().digits).toBe(6);
    expect(channel(10).digits).toBe(10);
    expect(() => channel(5)).toThrow('from 6 to 10');
    expect(() => channel(11)).toThrow('from 6 to 10');
    expect(rows('docs/options.md')).toContainEqual(
      expect.arrayContaining(['`digits`', 'number, 6 to 10', '6']),
    );
  });
});

describe('docs/errors.md', () => {
  test('has every ERR_MFA_* code of lib/ and no other', () => {
    const listed = rows('docs/errors.md').map(([code]) => unquote(code));
    const codes = listed.filter((code) => code.startsWith('ERR_MFA_'));
    expect(codes.sort()).toEqual(cited(/\b(ERR_MFA_[A-Z_]+)\b/g).sort());
  });

  const wire = rows('docs/errors.md').map((cells) => cells.slice(0, 3).map(unquote).join(' '));
  const line = ({ status, error, message }: OAuthError) =>
    `${status} ${error} ${message.replace(/Wait \d+ [a-z]+/, 'Wait N seconds')}`;
  const oneOfEach: Record<keyof typeof errors, OAuthError> = {
    ...(Object.fromEntries(
      Object.entries(errors).map(([name, make]) => [name, (make as () => OAuthError)()]),
    ) as Record<keyof typeof errors, OAuthError>),
    noCommonType: errors.noCommonType('TYPE', 'TYPES'),
    tooManyGuesses: errors.tooManyGuesses(60_000),
    tooManySends: errors.tooManySends(7_200_000),
    tooManyLogins: tooManyAttempts(1),
    busy: errors.busy(1000),
    sendingUnavailable: errors.sendingUnavailable(1000),
    grantNotAllowed: errors.grantNotAllowed('TYPE'),
    unsupportedGrantType: errors.unsupportedGrantType('TYPE'),
    insufficientScope: errors.insufficientScope('SCOPE'),
    missingParameter: errors.missingParameter('NAME'),
    invalidParameter: errors.invalidParameter('NAME', 'HINT'),
    invalidRequest: errors.invalidRequest('The body is not valid JSON'),
    unknownAudience: errors.unknownAudience('AUDIENCE'),
    serverError: errors.serverError('ID', undefined),
  };

  const browser = Object.entries({
    ...authorizationErrors,
    unknownClient: () => authorizationErrors.unknownClient('NAME'),
    unsupportedResponseType: () => authorizationErrors.unsupportedResponseType('TYPE'),
  });

  test.each(browser)('has %s of /authorize and what is around it', (_name, make) => {
    expect(wire).toContain(line((make as () => OAuthError)()));
  });

  test.each(Object.entries(oneOfEach))('has %s of the catalogue', (_name, error) => {
    expect(wire).toContain(line(error));
  });

  test('has every text that is written where it is thrown', () => {
    const thrown = [...lib.matchAll(/errors\.invalidRequest\(\s*(['`])(.*?)\1(?:,\s*(\d+))?/gs)];
    const texts = thrown.map(([, , text = '', status = '400']) => {
      const filled = text.replace(/\$\{MAX_DEPTH\}/, '5').replace(/\$\{MAX_PARAMETERS\}/, '50');
      return `${status} invalid_request ${filled.replace(/\$\{\w+\}/, 'NAME')}`;
    });
    expect(texts.length).toBeGreaterThan(8);
    expect(texts.filter((text) => !wire.includes(text))).toEqual([]);
  });
});

describe('docs/events.md', () => {
  const [events = '', ...others] = read('docs/events.md').split(/^## /m);
  const listed = new Map(
    rows('', events).map(([event, , members]) => [unquote(event), members ?? '']),
  );

  const names = [...listed.keys()]
    .filter((name) => name !== 'event')
    .flatMap((name) => name.split(', '))
    .toSorted();

  test('has every event that lib/ tells, and no other', () => {
    const telling = sources.filter(({ path }) => !/(ports.events|opentelemetry)\.ts$/.test(path));
    const told = telling.map(({ text }) => text).join('\n');
    expect(names.filter((name) => !told.includes(`'${name}'`))).toEqual([]);
    const emitted = [...told.matchAll(/\bevent: '([\w.]+)'/g)].map(([, name]) => name ?? '');
    expect(emitted.length).toBeGreaterThan(40);
    expect(emitted.filter((name) => !names.includes(name))).toEqual([]);
  });

  test('has every name of EventName and no other', () => {
    const union = read('lib/ports/events.ts').match(/type EventName =\n(.*?);/s)?.[1] ?? '';
    const declared = [...union.matchAll(/'([\w.]+)'/g)].map(([, name]) => name ?? '');
    expect(declared.length).toBeGreaterThan(40);
    expect(names).toEqual(declared.toSorted());
  });

  test("has Auth0's names for events that exist", () => {
    const mapped = rows(
      '',
      others.find((it) => it.startsWith('The names of Auth0')),
    );
    const named = mapped
      .slice(1)
      .flatMap(([, here = '']) => here.match(/(?<=`)[a-z_]+\.[\w.]+(?=`)/g) ?? []);
    expect(new Set(named).size).toBeGreaterThan(14);
    expect(named.filter((name) => !listed.has(name))).toEqual([]);
  });

  test('has the members that events come with', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const c = client(t.app);
    const { mfa_token: mfaToken } = (await c.login().expect(403)).body;
    const { oob_code: oobCode } = (await c.challenge({ mfa_token: mfaToken }).expect(200)).body;
    await c.oob(mfaToken, oobCode, '000000');
    await c.challenge({ mfa_token: mfaToken }).expect(429);
    await c.login({ password: 'wrong' }).expect(403);
    expect(new Set(t.events.map(({ event }) => event)).size).toBeGreaterThan(7);
    const always = /^(at|outcome|process|ip|userAgentHash|requestId)$/;
    for (const { event, ...members } of t.events) {
      const unnamed = Object.keys(members).filter(
        (it) => !always.test(it) && !listed.get(event)?.includes(`\`${it}\``),
      );
      expect([event, ...unnamed]).toEqual([event]);
    }
  });
});

describe('comments in lib/', () => {
  test('cite ids of SECURITY.md that exist', () => {
    const text = read('SECURITY.md');
    const ids = cited(/\b(D[0-9]{1,2}|R-[0-9]{3}|F-[0-9]{2})\b/g);
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.filter((id) => !text.includes(`| ${id} |`))).toEqual([]);
  });

  test('cite sections of docs/wire.md and SECURITY.md that exist', () => {
    const has = (page: string, number: string) =>
      new RegExp(`^(#+ )?${number.replace('.', '\\.')}[. ]`, 'm').test(read(page));
    const wire = cited(/wire\.md (?:section )?(\d+(?:\.\d+)?)/g);
    expect(wire.length).toBeGreaterThan(10);
    expect(wire.filter((number) => !has('docs/wire.md', number))).toEqual([]);
    const security = cited(/security\.md section (\d+(?:\.\d+)?)/g);
    expect(security.filter((number) => !has('SECURITY.md', number))).toEqual([]);
  });
});

describe('the pages', () => {
  /** As code hosts make anchors of headings. */
  const anchors = (page: string) =>
    [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );

  test.each(pages)('%s links to what exists', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map(([, to]) => to ?? '');
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page : resolve(root, dirname(page), path);
      const target = resolve(root, file);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchors(readFileSync(target, 'utf8')).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('docs/architecture.md names files that exist', () => {
    const named = read('docs/architecture.md').match(
      /\b(?:lib|test|example-app|scripts)\/[\w./-]*(?:\.tsx?|\.js|\/)/g,
    );
    expect(named?.length).toBeGreaterThan(40);
    expect(named?.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('docs/architecture.md has every method of a store, and every member of an account', () => {
    const text = section('docs/architecture.md', '## The store');
    const members = [...membersOf('Store'), ...membersOf('Account')];
    const named = members.filter((it) => !/^(userId|version)$/.test(it));
    expect(named.length).toBe(20);
    expect(named.filter((it) => !text.includes(`\`${it}\``))).toEqual([]);
  });

  test('docs/dependencies.md has every dependency and peer, and no other', () => {
    const { dependencies, peerDependencies } = JSON.parse(read('package.json'));
    const listed = rows('docs/dependencies.md').map(([name]) => unquote(name));
    const actual = Object.keys({ ...dependencies, ...peerDependencies });
    expect(listed.filter((name) => name !== 'package').sort()).toEqual(actual.sort());
  });
});

describe('the snippets of README.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'express-mfa-docs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('compile', { timeout: 60_000 }, async () => {
    const snippets = [...read('README.md').matchAll(/^```ts\n(.*?)^```/gms)].map(([, it]) => it);
    expect(snippets.length).toBeGreaterThan(1);
    const write = (name: string, text = '') => writeFileSync(join(folder, name), text);
    for (const [i, snippet] of snippets.entries()) write(`snippet${i}.ts`, snippet);
    write(
      'db.ts',
      `import type { Client, User } from 'express-mfa';
      export declare const db: {
        users: { byId(id: string): Promise<User | undefined>; login(name: string, password: string): Promise<User | null> };
        clients: { byId(id: string): Promise<Client | undefined> };
      };`,
    );
    write(
      'gateway.ts',
      'export declare const gateway: { send(to: string, text: string): Promise<void> };',
    );
    write('package.json', '{ "type": "module" }');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const { compilerOptions } = JSON.parse(read('tsconfig.json'));
    const paths = Object.fromEntries(
      Object.entries(compilerOptions.paths as Record<string, string[]>).map(([name, to]) => [
        name,
        to.map((path) => resolve(root, path)),
      ]),
    );
    const own = { ...compilerOptions, declaration: false, declarationMap: false, paths };
    write('tsconfig.json', JSON.stringify({ compilerOptions: own, include: ['*.ts'] }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const output = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }) => stdout + stderr,
    );
    expect(output).toBe('');
  });
});
