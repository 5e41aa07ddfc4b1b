// Every row of wire.md section 11 that these routes can give, byte for byte. Rows 21, 22 are push, 28 to 30 are
// other grants.
import { expect, test } from 'vitest';
import { client, testApp } from '../support/app.js';
import { expectAnswer } from './answers.js';
import { rows1to12 } from './catalogue/rows-1-to-12.js';
import { rows13to20 } from './catalogue/rows-13-to-20.js';
import { rows23to35 } from './catalogue/rows-23-to-35.js';

const rows = [...rows1to12, ...rows13to20, ...rows23to35];

test.each(rows.map((it) => [it.row, it.name, it] as const))('row %s: %s', async (_1, _2, it) => {
  const t = await testApp(it.options);
  const answer = await it.ask(t, client(t.app));
  const [status, error, text] = it.expected;
  expectAnswer(answer, status, { error, error_description: text });
  if (it.retryAfter === undefined) expect(answer.headers).not.toHaveProperty('retry-after');
  else expect(answer.headers['retry-after']).toMatch(new RegExp(`^(${it.retryAfter})$`));
});

test('row 2: a login that needs a second factor', async () => {
  const { app } = await testApp();
  expectAnswer(await client(app).login(), 403, {
    error: 'mfa_required',
    error_description: 'Multifactor authentication required',
    mfa_token: expect.any(String),
    mfa_requirements: { enroll: [{ type: 'otp' }, { type: 'phone' }] },
  });
});
