// R-008, B4: half way into the example app, after the password and before the second factor, there is nothing to be had.
import { Agent, request } from 'node:http';
import { expect, test } from 'vitest';
import type { TestBrowser } from '../pages/browser.js';
import { type ExampleHost, exampleHost, half, logInWhole } from './example-host.js';
import { waysIn } from './ways-in/table.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Every path of the app, as `ways-in.test.ts` holds it complete. */
const PATHS = [
  ...new Set(
    Object.keys(waysIn)
      .map((way) => way.split(' ')[1] ?? '/')
      .map((path) => path.replace(':id', 'dev_1')),
  ),
];

/** The same path in other clothes. */
const variants = (path: string): readonly string[] => [
  path,
  `/${path}`,
  `${path}/`,
  `${path}//`,
  path.toUpperCase(),
  path.slice(0, 1) + path.slice(1).replaceAll('/', '%2f'),
  path.replace(/.$/, (char) => `%${char.charCodeAt(0).toString(16)}`),
  `${path};x`,
  `${path};jsessionid=1`,
  `/.${path}`,
  `/nothing/..${path}`,
  `/healthz/%2e%2e${path}`,
  `/login/mfa/..%2f..${path}`,
  `/\\${path.slice(1)}`,
  `${path}%00`,
  `${path}%20`,
  `${path}.json`,
  `${path}?mfa=true&amr=mfa&sub=victim`,
  `${path}#x`,
  `http://app.example.com${path}`,
];

/** What only the victim may read. */
const DATA = /Victoria|Balance|1,204|"(sub|amr|(access|refresh|id)_token)":|[?&]code=/;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

function send(
  port: number,
  { method, path, cookie, body }: { method: string; path: string; cookie: string; body: string },
  accept: string,
): Promise<Answer> {
  const form = {
    'Content-Type': 'application/x-www-form-urlencoded',
    'Content-Length': body.length,
  };
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Promise((resolve, reject) => {
    const headers = {
      Cookie: cookie,
      Accept: accept,
      'Sec-Fetch-Site': 'same-origin',
      ...(hasBody && form),
    };
    const call = request({ host: '127.0.0.1', port, path, method, headers, agent }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
      });
    });
    call.on('error', reject).end(hasBody ? body : '');
  });
}

const cookieOf = (person: TestBrowser) => [...person.cookies].map((it) => it.join('=')).join('; ');

/** What takes a second factor, asked with a cookie. */
async function opens({ port }: ExampleHost, cookie: string): Promise<string[]> {
  const opened: string[] = [];
  const guarded = ['/account', '/account/statement', '/account/security', '/api/whoami'];
  for (const path of [...guarded, '/account/security/add', '/account/security/remove?id=x']) {
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(port, { method, path, cookie, body: '' }, 'text/html');
      if (answer.status === 200) opened.push(`${method} ${path}`);
    }
    const { status } = await send(port, { method: 'GET', path, cookie, body: '' }, '*/*');
    if (status === 200) opened.push(path);
  }
  return opened;
}

test('R-008, B4: no route gives anything, by any method, at any path, and no cookie of that time does later', {
  timeout: 120_000,
}, async () => {
  const host = await exampleHost();
  const before = JSON.stringify((await host.victim()).factors);
  const captured = new Set<string>();
  let count = 0;
  for (const path of PATHS) {
    const person = host.browser();
    const page = await half(person);
    const csrf = page.forms[0]?.fields['csrf'] ?? '';
    const cookie = cookieOf(person);
    captured.add(cookie);
    const body = `csrf=${csrf}&amount=1&payee=Eve&username=x&password=x&method=otp&amr=mfa`;
    for (const method of METHODS) {
      for (const variant of variants(path)) {
        const accept = count++ % 2 === 0 ? 'text/html' : 'application/json';
        const answer = await send(host.port, { method, path: variant, cookie, body }, accept);
        const where = `${method} ${variant}`;
        expect(answer.status, where).toBeLessThan(500);
        expect(answer.body, where).not.toMatch(DATA);
        const location = answer.headers['location'] ?? '/';
        expect(location, where).toMatch(/^\/(?![/\\])/);
        expect(location, where).not.toMatch(DATA);
        for (const line of [answer.headers['set-cookie'] ?? []].flat() as string[]) {
          captured.add(line.split(';')[0] ?? '');
        }
      }
    }
    expect(await opens(host, cookie), path).toEqual([]);
  }
  expect(count).toBeGreaterThan(4000);

  host.skip(60);
  const owner = host.browser();
  expect((await logInWhole(host, owner)).path).toBe('/account');
  for (const cookie of captured) expect(await opens(host, cookie)).toEqual([]);
  // The measure measures: the owner's own cookie opens all of it.
  expect((await opens(host, cookieOf(owner))).length).toBeGreaterThan(8);
  expect(JSON.stringify((await host.victim()).factors.map((it) => (it as { id: string }).id))).toBe(
    JSON.stringify(JSON.parse(before).map(({ id }: { id: string }) => id)),
  );
});
