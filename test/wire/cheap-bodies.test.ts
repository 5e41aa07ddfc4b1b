import { performance } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { parseBody } from '../../lib/http/parse-body.js';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Milliseconds that parsing takes, the best of five. */
function cost(body: string, type: string): number {
  const bytes = Buffer.from(body);
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    try {
      parseBody(bytes, type, undefined);
    } catch {
      // refused, which is what these are for
    }
    return performance.now() - start;
  });
  return Math.min(...times);
}

describe('F-13: no body of 16 KB costs more than 5 ms', () => {
  test.each([
    ['one name, many colons', `{"${'\\n'.repeat(4050)}"${':'.repeat(8200)}`, JSON_TYPE],
    ['many names', `{${Array.from({ length: 2700 }, (_, i) => `"${i}":1`).join(',')}}`, JSON_TYPE],
    ['one name many times', `{${'"a":1,'.repeat(2700)}"a":1}`, JSON_TYPE],
    ['quotation marks', '"'.repeat(16_000), JSON_TYPE],
    ['escaped quotation marks', `{"${'\\"'.repeat(8000)}`, JSON_TYPE],
    ['open brackets', '['.repeat(16_000), JSON_TYPE],
    [
      'many form names, one twice',
      `${Array.from({ length: 4000 }, (_, i) => i.toString(36)).join('&')}&1`,
      FORM_TYPE,
    ],
    ['per cent signs', '%41'.repeat(5400), FORM_TYPE],
    ['ampersands', '&'.repeat(16_000), FORM_TYPE],
  ])('%s', (_name, body, type) => {
    expect(cost(body, type)).toBeLessThan(5);
  });
});
