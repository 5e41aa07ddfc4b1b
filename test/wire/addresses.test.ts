import { describe, expect, test } from 'vitest';
import { client, SMS, testApp } from '../support/app.js';
import { expectError, expectRefusal } from './answers.js';
import { mfaToken } from './steps.js';

const EMAIL = { authenticator_types: ['oob'], oob_channels: ['email'] };

async function associate(body: Record<string, unknown>) {
  const t = await testApp();
  const answer = await client(t.app).associate(await mfaToken(t), body);
  return { answer, sent: t.messages.map(({ to }) => to) };
}

describe('R-123: a phone number', () => {
  test.each([
    '+14155550123',
    '+1 415 555 0123',
    '+1-415-555-0123',
    '+1.415.555.0123',
    '+1 (415) 555-0123',
    '+1(415)5550123',
    ' +14155550123 ',
  ])('is read without its separators: %s', async (phone) => {
    const { answer, sent } = await associate({ ...SMS, phone_number: phone });
    expect([answer.status, sent]).toEqual([200, ['+14155550123']]);
  });

  test.each([
    ['no plus', '14155550123'],
    ['a national form', '(415) 555-0123'],
    ['a trunk prefix', '0014155550123'],
    ['an exit code', '01114155550123'],
    ['a tel: URI', 'tel:+14155550123'],
    ['an extension', '+14155550123;ext=9'],
    ['a spoken extension', '+14155550123 ext 9'],
    ['a short extension', '+14155550123x9'],
    ['letters', '+1415FLOWERS'],
    ['full-width digits', '+１４１５５５５０１２３'],
    ['a full-width plus', '＋14155550123'],
    ['Arabic-Indic digits', '+١٤١٥٥٥٥٠١٢٣'],
    ['a zero-width space', '+1415\u200b5550123'],
    ['a no-break space', '+1415\u00a05550123'],
    ['a right-to-left override', '\u202e+14155550123'],
    ['two numbers', '+14155550123,+14155550124'],
    ['a slash', '+1415/5550123'],
    ['too few digits', '+1415'],
    ['too many digits', '+1415555012345678'],
    ['a digit too many', '+141555501234'],
    ['a leading zero', '+04155550123'],
    ['only a plus', '+'],
    ['a premium number', '+19002345678'],
    ['a toll-free number', '+18002345678'],
    ['a satellite number', '+881612345678'],
    ['a UK premium number', '+449012345678'],
    ['a country that is not allowed', '+33612345678'],
    ['a country of the same calling code', '+18092345678'],
  ])('with %s is refused, and nothing is sent', async (_name, phone) => {
    const { answer, sent } = await associate({ ...SMS, phone_number: phone });
    expectError(answer, 400, 'invalid_phone_number', 'The phone number is invalid.');
    expect(sent).toEqual([]);
  });

  test.each(['\u0000+14155550123', '+14155550123\n', '+1415\r\n5550123', '+1415\t5550123'])(
    'with a control character is refused: %j',
    async (phone) => {
      const { answer, sent } = await associate({ ...SMS, phone_number: phone });
      expectError(answer, 400, expect.stringMatching(/^invalid_/) as never, expect.any(String));
      expect(sent).toEqual([]);
    },
  );
});

describe('R-124: an e-mail address', () => {
  test.each([
    ['ann@example.com', 'ann@example.com'],
    ['Ann.O+tag@EXAMPLE.Com', 'Ann.O+tag@example.com'],
    ["o'neil@example.co.uk", "o'neil@example.co.uk"],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('is written to with its domain in lower case and ASCII: %s', async (address, to) => {
    const { answer, sent } = await associate({ ...EMAIL, email: address });
    expect([answer.status, sent]).toEqual([200, [to]]);
  });

  test.each([
    'ann',
    'ann@',
    '@example.com',
    'ann@example',
    'ann@@example.com',
    'ann@eve.com@example.com',
    'ann@example.com,eve@example.com',
    'ann@example.com;eve@example.com',
    'ann@example.com eve@example.com',
    '"ann"@example.com',
    '"a b"@example.com',
    'Ann <ann@example.com>',
    'ann(comment)@example.com',
    'ann@[127.0.0.1]',
    'ann@127.0.0.1',
    'ann@example..com',
    '.ann@example.com',
    'ann.@example.com',
    'a..n@example.com',
    'ann@-example.com',
    'ann@exa_mple.com',
    ' ann@example.com',
    'ann@example.com ',
    'änn@example.com',
    'ann\u200b@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ann@${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.com`,
  ])('that is not one plain address is refused: %s', async (address) => {
    const { answer, sent } = await associate({ ...EMAIL, email: address });
    expectError(answer, 400, 'invalid_email', 'The email address is invalid.');
    expect(sent).toEqual([]);
  });

  test.each([
    'ann@example.com\nbcc: eve@example.com',
    'ann@example.com\u0000',
    '\rann@example.com',
  ])('with a control character is refused: %j', async (address) => {
    const { answer, sent } = await associate({ ...EMAIL, email: address });
    expect(answer.body.error).toMatch(/^invalid_/);
    expectRefusal(answer, 400, answer.body.error);
    expect(sent).toEqual([]);
  });
});
