import { describe, expect, test } from 'vitest';
import { emailDestination, maskEmail } from '../../lib/channels/email.js';
import { maskPhoneNumber } from '../../lib/channels/phone-number.js';
import { masked } from '../support/masked.js';

describe('a phone number (wire.md 2.4)', () => {
  test.each([
    ['+15555550123', masked('0123')],
    ['+4915112345678', `XX${masked('5678')}`],
    ['+123456', 'XXX3456'],
    ['0123', '0123'],
  ])('%s becomes %s', (number, masked) => {
    expect(maskPhoneNumber(number)).toBe(masked);
    expect(masked.length).toBe(number.length);
  });
});

describe('an e-mail address (wire.md 2.4)', () => {
  test.each([
    ['marguerite@example.com', 'marg******@exam*******'],
    ['bob@example.com', '***@exam*******'],
    ['anna@example.com', '****@exam*******'],
    ['annas@example.com', 'anna*@exam*******'],
    ['a@b.co', '*@****'],
    ['a@bc.de', '*@bc.d*'],
  ])('%s becomes %s', (address, masked) => {
    expect(maskEmail(address)).toBe(masked);
  });
});

describe('an e-mail address (R-124)', () => {
  test.each([
    ['Ann@EXAMPLE.com', 'Ann@example.com', 'ann@example.com'],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example', 'ann@xn--bcher-kva.example'],
    ['ann+tag@example.com', 'ann+tag@example.com', 'ann+tag@example.com'],
  ])('%s is delivered to %s and counted as %s', (given, to, canonical) => {
    expect(emailDestination(given)).toMatchObject({ to, canonical });
  });
  test.each([
    'ann',
    '@example.com',
    'ann@',
    'ann@example',
    'ann@@example.com',
    'ann@example.com,eve@example.com',
    'ann@example.com;eve@example.com',
    'ann@example.com\r\nBcc: eve@example.com',
    '"ann"@example.com',
    'ann <ann@example.com>',
    'ann@example.com (comment)',
    '.ann@example.com',
    'a..nn@example.com',
    'ann.@example.com',
    'ann@-example.com',
    'ann@[127.0.0.1]',
    'ann@exam ple.com',
    'ann\u200b@example.com',
    'аnn@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ann@${'a.'.repeat(130)}com`,
  ])('%j is refused', (address) => {
    expect(emailDestination(address)).toBeUndefined();
  });
});
