// Each mistake of a host: a TypeError with a stable code, the option's path, and what to write instead.
import { email, oob, otp, recoveryCode, sms, voice } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { refuses } from './configuration.js';

const send = async () => undefined;

describe('an authenticator type or channel refuses', () => {
  const countries = ['US'];
  const bad: readonly (readonly [string, string, string, () => unknown, RegExp])[] = [
    ['otp() without issuer', 'ERR_MFA_OPTION', 'otp.issuer', () => otp({} as never), /Example/],
    ['a colon in it', 'ERR_MFA_OPTION', 'otp.issuer', () => otp({ issuer: 'a:b' }), /Example/],
    [
      'oob() without channel',
      'ERR_MFA_CHANNELS',
      'oob.channels',
      () => oob({ channels: [] }),
      /sms/,
    ],
    [
      'a channel twice',
      'ERR_MFA_CHANNELS',
      'oob.channels',
      () => oob({ channels: [email({ send }), email({ send })] }),
      /each once/,
    ],
    [
      'sms() to nowhere',
      'ERR_MFA_COUNTRIES',
      'sms.countries',
      () => sms({ send, countries: [] }),
      /'US'/,
    ],
    [
      'voice() without countries',
      'ERR_MFA_COUNTRIES',
      'voice.countries',
      () => voice({ send } as never),
      /there is no default/,
    ],
    [
      'a country that is none',
      'ERR_MFA_COUNTRIES',
      'sms.countries',
      () => sms({ send, countries: ['US', 'UK'] }),
      /"UK".*'US'/,
    ],
    ['no sender', 'ERR_MFA_SENDER', 'sms.send', () => sms({ countries } as never), /function/],
    [
      'a sender without send',
      'ERR_MFA_SENDER',
      'email.send',
      () => email({ send: {} } as never),
      /send\(\)/,
    ],
    [
      'a name that is no GSM-7',
      'ERR_MFA_OPTION',
      'sms.appName',
      () => sms({ send, countries, appName: 'Bücher' }),
      /GSM-7/,
    ],
    [
      'a name with a newline',
      'ERR_MFA_OPTION',
      'email.appName',
      () => email({ send, appName: 'a\n@evil.example #1' }),
      /GSM-7/,
    ],
    [
      '5 digits',
      'ERR_MFA_OPTION',
      'voice.digits',
      () => voice({ send, countries, digits: 5 }),
      /6 to 10/,
    ],
    [
      '11 digits',
      'ERR_MFA_OPTION',
      'sms.digits',
      () => sms({ send, countries, digits: 11 }),
      /6 to 10/,
    ],
    ['6.5 digits', 'ERR_MFA_OPTION', 'email.digits', () => email({ send, digits: 6.5 }), /6 to 10/],
  ];
  test.each(bad)('%s', (_, code, path, make, advice) => {
    refuses(make, [code, path, advice]);
  });
  test('recoveryCode() has nothing to get wrong', () => {
    expect(recoveryCode().name).toBe('recovery-code');
  });
});
