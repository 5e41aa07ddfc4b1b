// a parser of the host that takes more than ours, in front of it, lets no more in.

import express, { type RequestHandler } from 'express';
import express4 from 'express4';
import { describe, expect, test } from 'vitest';
import { testApp } from '../support/app.js';
import { exchange, listening } from './raw-http.js';

const LIMIT = '10mb';
const every = () => true;
/** Brackets as deep as the parser goes; its types do not know the option. */
const nesting = { limit: LIMIT, extended: true, parameterLimit: 1e6, depth: 32 };
const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

/** Name, what reads the body, and the type of a body that it reads. */
const parsers: readonly (readonly [string, RequestHandler, string])[] = [
  ['express.json', express.json({ limit: LIMIT }), JSON_TYPE],
  ['express.json of Express 4', express4.json({ limit: LIMIT }), JSON_TYPE],
  ['express.json that is not strict', express.json({ limit: LIMIT, strict: false }), JSON_TYPE],
  ['express.urlencoded', express.urlencoded({ limit: LIMIT, parameterLimit: 1e6 }), FORM],
  ['express.urlencoded, extended', express.urlencoded(nesting), FORM],
  ['express.raw, JSON', express.raw({ limit: LIMIT, type: every }), JSON_TYPE],
  ['express.raw, a form', express.raw({ limit: LIMIT, type: every }), FORM],
  ['express.text, JSON', express.text({ limit: LIMIT, type: every }), JSON_TYPE],
  ['express.text, a form', express.text({ limit: LIMIT, type: every }), FORM],
];

const login: Readonly<Record<string, unknown>> = {
  grant_type: 'password',
  client_id: 'spa',
  username: 'ann@example.com',
  password: 'correct horse',
};

const encode = (type: string, members: Readonly<Record<string, unknown>>) =>
  type === JSON_TYPE
    ? JSON.stringify(members)
    : new URLSearchParams(members as Record<string, string>).toString();

/** The answer to a body, sent with its length or in chunks. */
async function post(parser: RequestHandler, type: string, body: string, chunked = false) {
  const { app } = await testApp({ policy: () => 'none', before: [parser] });
  const head = `POST /oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${type}\r\n`;
  const size = Buffer.byteLength(body);
  const request = chunked
    ? `${head}Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    : `${head}Content-Length: ${size}\r\n\r\n${body}`;
  const answer = await listening(app, (port) => exchange(port, [request]));
  return { ...answer, body: answer.body as Record<string, unknown> };
}

const padded = (type: string, size: number) => {
  const bare = encode(type, { ...login, more: '' }).length;
  return encode(type, { ...login, more: 'x'.repeat(size - bare) });
};

describe.each(parsers)('behind %s', (_name, parser, type) => {
  test('R-122, D32: a request passes', async () => {
    expect((await post(parser, type, encode(type, login))).status).toBe(200);
    expect((await post(parser, type, encode(type, login), true)).status).toBe(200);
  });

  test.each([
    ['by its length', false],
    ['in chunks', true],
  ])('R-122, D32: more than 16 KB are refused, sent %s', async (_way, chunked) => {
    for (const size of [17_000, 1_000_000]) {
      const answer = await post(parser, type, padded(type, size), chunked);
      expect([answer.status, answer.body]).toEqual([
        413,
        { error: 'invalid_request', error_description: 'The body is larger than 16 KB' },
      ]);
    }
    expect((await post(parser, type, padded(type, 16_000), chunked)).status).toBe(200);
  });

  test('R-122, D32: 50 parameters are taken, 51 are not', async () => {
    const more = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, 'x']));
    const fifty = encode(type, { ...login, ...more(46) });
    expect((await post(parser, type, fifty)).status).toBe(200);
    const answer = await post(parser, type, encode(type, { ...login, ...more(47) }));
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_request']);
  });
});

const json = parsers.filter(([, , type]) => type === JSON_TYPE);
describe.each(json)('behind %s', (_name, parser, type) => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

  test('R-122, D32: a JSON of depth 5 is taken, of depth 6 not', async () => {
    const body = (depth: number) => JSON.stringify({ ...login, more: nested(depth - 1) });
    expect((await post(parser, type, body(5))).status).toBe(200);
    expect((await post(parser, type, body(6))).status).toBe(400);
    expect((await post(parser, type, body(1000))).status).toBe(400);
  });

  test.each(['[]', '"text"', '1', 'null', 'true'])('R-122: %s is no request', async (body) => {
    expect((await post(parser, type, body)).status).toBe(400);
  });
});

test('R-122, D32: brackets that nest in a form are refused', async () => {
  const parser = express.urlencoded(nesting);
  const body = `${encode(FORM, login)}&more[a][b][c][d][e][f]=1`;
  const answer = await post(parser, FORM, body);
  expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_request']);
});

test('R-121: a member __proto__ that a parent parsed is a member like any other', async () => {
  const body = `{"__proto__":{"grant_type":"password"},${JSON.stringify({ ...login, grant_type: '' }).slice(1)}`;
  const answer = await post(express.json(), JSON_TYPE, body);
  expect(answer.body['error_description']).toBe('Missing required parameter: grant_type');
  expect(({} as Record<string, unknown>)['grant_type']).toBeUndefined();
});
