import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { client, testApp } from '../support/app.js';
import { expectError, expectRefusal } from './answers.js';

const LOGIN = {
  grant_type: 'password',
  client_id: 'spa',
  username: 'ann@example.com',
  password: 'correct horse',
};
const JSON_LOGIN = JSON.stringify(LOGIN);
const none = { policy: () => 'none' as const };
const TYPES =
  'Content-Type must be application/json or application/x-www-form-urlencoded, in UTF-8';

async function post(type: string | undefined, body: string | Buffer, headers = {}) {
  const { app } = await testApp(none);
  const request = client(app).http.post('/oauth/token').set(headers);
  if (type !== undefined) request.set('Content-Type', type);
  return request.serialize((it) => it as string).send(body as string);
}

describe('a body', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'APPLICATION/JSON; Charset="utf8"',
    'application/json; foo=bar',
  ])('is read as JSON with %s', async (type) => {
    expect((await post(type, JSON_LOGIN)).status).toBe(200);
  });

  test.each([
    'text/plain',
    'text/json',
    'application/xml',
    'application/jsonp',
    'application/ld+json',
    'multipart/form-data; boundary=x',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'application/x-www-form-urlencoded; charset=windows-1252',
    'nonsense',
  ])('with %s is refused', async (type) => {
    expectError(await post(type, JSON_LOGIN), 415, 'invalid_request', TYPES);
  });

  test('that is compressed is refused', async () => {
    for (const encoding of ['gzip', 'deflate', 'br', 'x-unknown']) {
      const headers = { 'Content-Encoding': encoding };
      const answer = await post('application/json', gzipSync(JSON_LOGIN), headers);
      expectRefusal(answer, 415);
    }
    const plain = await post('application/json', JSON_LOGIN, { 'Content-Encoding': 'identity' });
    expect(plain.status).toBe(200);
  });

  test.each([
    ['nothing', ''],
    ['cut off', JSON_LOGIN.slice(0, -1)],
    ['followed by more', `${JSON_LOGIN}{}`],
    ['an array', '[1]'],
    ['a string', '"x"'],
    ['a number', '1'],
    ['null', 'null'],
    ['a form', 'grant_type=password'],
    ['a colon', '{:}'],
    ['a name without quotes', '{grant_type:"password"}'],
    ['a bad escape', '{"\\x":1}'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['overlong UTF-8', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
  ])('of JSON that is %s is refused', async (_name, body) => {
    expectRefusal(await post('application/json', body), 400);
  });

  test.each([
    ['nothing', ''],
    ['bad percent-encoding', 'grant_type=%zz'],
    ['a cut percent-encoding', 'grant_type=password%2'],
    ['percent-encoded bytes that are not UTF-8', 'grant_type=%ff%fe'],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0x3d, 0xff])],
    ['JSON', JSON_LOGIN],
    ['ampersands', '&&&&'],
  ])('of a form that is %s is refused', async (_name, body) => {
    expectRefusal(await post('application/x-www-form-urlencoded', body), 400);
  });

  test.each([
    ['10,000 levels deep', '['.repeat(10_000)],
    ['7,000 levels deep, in balance', `{"a":${'['.repeat(7000)}${']'.repeat(7000)}}`],
    ['1,500 objects deep', `${'{"a":'.repeat(1500)}1${'}'.repeat(1500)}`],
    ['6 levels deep', '{"a":[[[[[1]]]]]}'],
    [
      '51 parameters',
      JSON.stringify(
        Object.fromEntries(
          Array(51)
            .fill(0)
            .map((_, i) => [i, i]),
        ),
      ),
    ],
  ])('of JSON with %s is refused', async (_name, body) => {
    expectRefusal(await post('application/json', body), 400);
  });

  test('of a form with thousands of parameters is refused', async () => {
    const type = 'application/x-www-form-urlencoded';
    const many = (n: number) => Array.from({ length: n }, (_, i) => `p${i}=`).join('&');
    expectRefusal(await post(type, many(51)), 400);
    expectRefusal(await post(type, many(2200)), 400);
    expectRefusal(await post(type, many(100_000)), 413);
  });

  test('over 16 KB is refused, by one byte too', async () => {
    const padded = (bytes: number) =>
      `{"x":"${'x'.repeat(bytes - JSON_LOGIN.length - 7)}",${JSON_LOGIN.slice(1)}`;
    expect((await post('application/json', padded(16 * 1024))).status).toBe(200);
    expectRefusal(await post('application/json', padded(16 * 1024 + 1)), 413);
  });
});
