// The command line as what it is: a process.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { createMfa, type MfaKeys } from 'express-mfa';
import { sqliteStores } from 'express-mfa/adapters/sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { validOptions } from '../core/configuration.js';
import { build } from '../example-app/process.js';
import { client, enrollPhone, ISSUER, PHONE, testApp } from '../support/app.js';

const root = join(import.meta.dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'express-mfa-cli-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeAll(build, 120_000);

let files = 0;
const fresh = (name = 'keys.json') => join(directory, `${++files}-${name}`);
const readSet = (path: string): MfaKeys => JSON.parse(readFileSync(path, 'utf8'));
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function cli(args: readonly string[], { input = '', env = {} } = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'bin/express-mfa.js'), ...args], {
      cwd: directory,
      env: { PATH: process.env['PATH'], ...env },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (it) => {
      out += it;
    });
    child.stderr.on('data', (it) => {
      err += it;
    });
    child.on('error', reject).on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

/** It failed with this code and one line that says this, and printed nothing. */
const fails = (code: number, says: RegExp) =>
  expect.objectContaining({
    code,
    out: '',
    err: expect.stringMatching(new RegExp(`^express-mfa: [^\\n]*(${says.source})[^\\n]*\\n$`)),
  });

const newSet = async (path = fresh()) => {
  expect(await cli(['keys', '--out', path])).toEqual({ code: 0, out: '', err: '' });
  return path;
};

describe('express-mfa', { timeout: 30_000 }, () => {
  test('--help says what there is, --version which one it is', async () => {
    const help = await cli(['--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const name of ['keys rotate', 'keys retire', 'keys rewrap', 'migrate --print']) {
      expect(help.out).toContain(`  ${name} `);
    }
    expect(help.out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect((await cli(['keys', 'rotate', '--help'])).out).toBe(help.out);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(await cli(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test.each([
    [[], /say what to do; see npx express-mfa --help/],
    [['key'], /no command "key"/],
    [['keys', 'turn'], /no command "keys turn"/],
    [['constructor'], /no command "constructor"/],
    [['keys', '--force'], /Unknown option '--force'/],
    [['keys', '--out'], /--out/],
    [['keys', '--out', 'a', 'b'], /Unexpected argument 'b'/],
    [['keys', 'rotate', '--what', 'salt'], /use pepper, encryption, signing or all/],
    [['keys', 'retire'], /--what is missing/],
    [['keys', 'rewrap', '--keys', 'x'], /--issuer is missing/],
    [['keys', 'rewrap', '--issuer', ISSUER], /--keys is missing/],
    [['migrate'], /name the database/],
    [['migrate', '--database', 'mysql://db'], /postgres:/],
    [['migrate', '--print', '--after', 'one'], /whole number/],
  ])('%j is refused with code 2', async (args, says) => {
    expect(await cli(args)).toEqual(fails(2, says));
  });
});

describe('express-mfa keys', { timeout: 30_000 }, () => {
  test('prints a set that createMfa() takes', async () => {
    const { code, out, err } = await cli(['keys']);
    expect([code, err]).toEqual([0, '']);
    createMfa({ ...(await validOptions()), keys: JSON.parse(out) });
    const again = JSON.parse((await cli(['keys'])).out) as MfaKeys;
    expect(again.pepper.current.secret).not.toBe(JSON.parse(out).pepper.current.secret);
  });

  test('--base64 makes it one word for an environment variable', async () => {
    const { out } = await cli(['keys', '--base64']);
    expect(out).toMatch(/^[A-Za-z0-9+/=]+\n$/);
    const keys = JSON.parse(Buffer.from(out, 'base64').toString());
    createMfa({ ...(await validOptions()), keys });
  });

  test('--out writes a file that only its owner may read, and never overwrites one', async () => {
    const path = await newSet();
    expect(mode(path)).toBe('600');
    const before = readFileSync(path, 'utf8');
    expect(await cli(['keys', '--out', path])).toEqual(fails(1, /exists already/));
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(await cli(['keys', '--out', join(directory, 'no/keys.json')])).toEqual(
      fails(1, /ENOENT/),
    );
  });
});

describe('R-104: express-mfa keys rotate', { timeout: 60_000 }, () => {
  test('--prepare makes the new keys known, rotate puts them to use, retire leaves only them', async () => {
    const path = await newSet();
    const first = readSet(path);
    expect(await cli(['keys', 'rotate', '--prepare', '--in', path])).toMatchObject({
      code: 0,
      out: '',
    });
    const prepared = readSet(path);
    expect(prepared.pepper.current).toEqual(first.pepper.current);
    expect(prepared.signing.slice(0, 2)).toEqual(first.signing);
    expect(prepared.signing.map((it) => [it.alg, it['next'] === true])).toEqual([
      ['RS256', false],
      ['ES256', false],
      ['RS256', true],
      ['ES256', true],
    ]);
    createMfa({ ...(await validOptions()), keys: prepared });
    const twice = await cli(['keys', 'rotate', '--prepare', '--in', path]);
    expect(twice).toEqual(fails(1, /prepared already/));

    expect(await cli(['keys', 'rotate', '--in', path])).toMatchObject({ code: 0, out: '' });
    const rotated = readSet(path);
    for (const ring of ['pepper', 'encryption'] as const) {
      expect(rotated[ring]).toEqual({
        current: prepared[ring].next,
        previous: [first[ring].current],
      });
    }
    expect(rotated.signing.slice(2)).toEqual(first.signing);
    expect(rotated.signing.map((it) => it['n'] ?? it['x'])).toEqual(
      [2, 3, 0, 1].map((at) => prepared.signing[at]?.['n'] ?? prepared.signing[at]?.['x']),
    );
    expect(rotated.signing.some((it) => 'next' in it)).toBe(false);

    expect(await cli(['keys', 'retire', '--what', 'all', '--in', path])).toMatchObject({ code: 0 });
    expect(readSet(path)).toEqual({
      pepper: { current: rotated.pepper.current },
      encryption: { current: rotated.encryption.current },
      signing: rotated.signing.slice(0, 2),
    });
    expect(mode(path)).toBe('600');
  });

  test.each(['pepper', 'encryption', 'signing'] as const)(
    '--what %s leaves the others alone',
    async (what) => {
      const path = await newSet();
      const first = readSet(path);
      await cli(['keys', 'rotate', '--in', path, '--what', what]);
      const rotated = readSet(path);
      for (const part of ['pepper', 'encryption', 'signing'] as const) {
        if (part === what) expect(rotated[part]).not.toEqual(first[part]);
        else expect(rotated[part]).toEqual(first[part]);
      }
    },
  );

  test('reads stdin and prints, in the spelling it was given', async () => {
    const set = (await cli(['keys', '--base64'])).out;
    const { code, out } = await cli(['keys', 'rotate', '--what', 'pepper'], { input: set });
    expect(code).toBe(0);
    expect(out).toMatch(/^[A-Za-z0-9+/=]+\n$/);
    const keys = JSON.parse(Buffer.from(out, 'base64').toString()) as MfaKeys;
    const first = JSON.parse(Buffer.from(set, 'base64').toString()) as MfaKeys;
    expect(keys.pepper.previous).toEqual([first.pepper.current]);
    const again = await cli(['keys', 'rotate', '--what', 'pepper'], {
      input: JSON.stringify(keys),
    });
    expect((JSON.parse(again.out) as MfaKeys).pepper.previous).toHaveLength(2);
  });

  test('--out leaves the file that was read as it is', async () => {
    const path = await newSet();
    const before = readFileSync(path, 'utf8');
    const out = fresh();
    await cli(['keys', 'rotate', '--what', 'pepper', '--in', path, '--out', out]);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(mode(out)).toBe('600');
    expect(readSet(out).pepper.previous).toHaveLength(1);
    const twice = await cli(['keys', 'rotate', '--what', 'pepper', '--in', path, '--out', out]);
    expect(twice).toEqual(fails(1, /exists already/));
  });

  test('eight at once lose no key: each did it, or says that another is at work', async () => {
    const path = await newSet();
    const all = await Promise.all(
      Array.from({ length: 8 }, () => cli(['keys', 'rotate', '--what', 'pepper', '--in', path])),
    );
    const done = all.filter(({ code }) => code === 0);
    for (const it of all) if (it.code !== 0) expect(it).toEqual(fails(1, /another rotation/));
    expect(done.length).toBeGreaterThan(0);
    expect(readSet(path).pepper.previous).toHaveLength(done.length);
    expect(readdirSync(directory).filter((it) => it.endsWith('.new'))).toEqual([]);
  });

  test('a group that may read the file still may; others never', async () => {
    const path = await newSet();
    chmodSync(path, 0o644);
    await cli(['keys', 'rotate', '--what', 'pepper', '--in', path]);
    expect(mode(path)).toBe('640');
  });

  test('what is no set is refused without a word of it', async () => {
    const { out } = await cli(['keys']);
    const keys = JSON.parse(out) as MfaKeys;
    const { secret } = keys.pepper.current;
    const cases: readonly (readonly [string, RegExp])[] = [
      [out.slice(0, -20), /neither JSON nor the base64/],
      [secret, /neither JSON nor the base64/],
      ['', /neither JSON nor the base64/],
      [JSON.stringify({ ...keys, pepper: secret }), /keys\.pepper/],
      [JSON.stringify({ ...keys, encryption: keys.pepper }), /ERR_MFA_KEY_REUSED/],
      [JSON.stringify({ ...keys, salt: secret }), /keys\.salt/],
    ];
    for (const [text, says] of cases) {
      const path = fresh();
      writeFileSync(path, text);
      const refused = await cli(['keys', 'rotate', '--what', 'pepper', '--in', path]);
      expect(refused).toEqual(fails(1, says));
      expect(refused.err).not.toContain(secret.slice(0, 12));
      expect(readFileSync(path, 'utf8')).toBe(text);
      expect(existsSync(`${path}.new`)).toBe(false);
    }
    const gone = await cli(['keys', 'rotate', '--in', fresh()]);
    expect(gone).toEqual(fails(1, /there is no such file/));
  });
});

describe('express-mfa migrate', { timeout: 30_000 }, () => {
  test('makes the tables of a SQLite file, as often as it is run', async () => {
    const database = fresh('mfa.db');
    for (const args of [['migrate', '--database', database], ['migrate']]) {
      const done = await cli(args, { env: { DATABASE_URL: database } });
      expect(done).toMatchObject({ code: 0, out: '' });
    }
    const handle = new DatabaseSync(database);
    await sqliteStores(handle)(ISSUER).ready();
    handle.close();
  });

  test('says which package is missing', async () => {
    const bare = fresh('bare');
    const load = `import { register } from 'node:module';
      register('data:text/javascript,' + encodeURIComponent(\`export async function resolve(name, context, next) {
        if (name === 'pg' || name.includes('sqlite') && !name.startsWith('.')) throw Object.assign(new Error('not there'), { code: 'ERR_MODULE_NOT_FOUND' });
        return next(name, context);
      }\`));`;
    writeFileSync(`${bare}.mjs`, load);
    const env = { NODE_OPTIONS: `--import ${bare}.mjs` };
    const pg = await cli(['migrate', '--database', 'postgres://u:canary@127.0.0.1:1/x'], { env });
    expect(pg).toEqual(fails(1, /pg is not installed here; run npm install pg/));
    expect((await cli(['keys'], { env })).code).toBe(0);
    // Newer versions of Node bring SQLite.
    if (Number(process.versions.node.split('.')[0]) > 20) return;
    const sqlite = await cli(['migrate', '--database', fresh('x.db')], { env });
    expect(sqlite).toEqual(fails(1, /@photostructure\/sqlite is not installed here/));
  });

  test('says that a database is down, without its password', async () => {
    const down = await cli(['migrate', '--database', 'postgres://u:canary@127.0.0.1:1/x']);
    expect(down).toEqual(fails(1, /ECONNREFUSED/));
    expect(down.err).not.toContain('canary');
  });
});

describe('R-073: express-mfa keys rewrap', { timeout: 60_000 }, () => {
  test('re-encrypts beside a process that serves; then the previous key can go', async () => {
    const [path, database] = [await newSet(), fresh('mfa.db')];
    const handle = new DatabaseSync(database);
    const sharedStores = sqliteStores(handle);
    const app = await testApp({ sharedStores, keys: readSet(path) });
    await enrollPhone(app);
    await cli(['keys', 'rotate', '--in', path, '--what', 'encryption']);
    const serving = await testApp({ sharedStores, keys: readSet(path) });

    const rewrap = ['keys', 'rewrap', '--issuer', ISSUER, '--keys', path, '--database', database];
    const done = await cli(rewrap);
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toMatch(/^1 users: 1 authenticators .*, 0 recovery codes .*, 0 failed, 0 of/);
    await cli(['keys', 'retire', '--in', path, '--what', 'encryption']);
    const alone = await testApp({ sharedStores, keys: readSet(path) });
    for (const it of [serving, alone]) {
      it.clock.advance(700);
      const { mfa_token: token } = (await client(it.app).login().expect(403)).body;
      const { oob_code } = (await client(it.app).challenge({ mfa_token: token }).expect(200)).body;
      expect(it.messages.at(-1)?.to).toBe(PHONE);
      await client(it.app).oob(token, oob_code, it.code()).expect(200);
    }

    const [other, nobody] = [await newSet(), 'https://nobody.example/'];
    const failed = await cli(rewrap.map((it) => (it === path ? other : it)));
    expect(failed.code).toBe(1);
    expect(failed.out).toMatch(/0 authenticators .* 1 failed/);
    expect(failed.err).toMatch(/oob\.address\.decrypt_failed: user "u1", authenticator dev_/);
    const unknown = await cli(rewrap.map((it) => (it === ISSUER ? nobody : it)));
    expect(unknown).toEqual(fails(1, /nothing is stored for the issuer https:\/\/nobody/));
    const wrong = await cli(rewrap.map((it) => (it === ISSUER ? 'auth.example.com' : it)));
    expect(wrong).toEqual(fails(1, /ERR_MFA_ISSUER/));
    const missing = await cli(rewrap.map((it) => (it === database ? `${database}x` : it)));
    expect(missing).toEqual(fails(1, /no such file/));
    handle.close();
  });
});
