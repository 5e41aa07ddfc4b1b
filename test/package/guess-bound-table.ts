// The table of docs/security.md, from mfa.guessBound(): from the numbers that guesses are charged by.
import { createMfa, email, type MfaOptions, oob, otp, recoveryCode } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { ISSUER, testHost, testKeys } from '../support/app.js';

const send = async () => {};
const mail = (digits: number) => oob({ channels: [email({ send, digits })] });
const app = (strict = false) => otp({ issuer: 'Example', strict });

type Row = readonly [string, Pick<MfaOptions, 'authenticators' | 'guesses'>];

const ROWS: readonly Row[] = [
  ['SMS, voice, e-mail: 6 digits', { authenticators: [mail(6)] }],
  ['the same with `digits: 8`', { authenticators: [mail(8)] }],
  ['authenticator app, one or two of them', { authenticators: [app()] }],
  ['the same with `strict: true`', { authenticators: [app(true)] }],
  [
    'authenticator app, `guesses: { perDay: 5, perMonth: 15 }`',
    { authenticators: [app()], guesses: { perDay: 5, perMonth: 15 } },
  ],
  ['recovery code', { authenticators: [recoveryCode(), app()] }],
];

const short = (chance: number): string => chance.toExponential(1);

/** Lines of the table, its head first. */
export async function guessBoundTable(): Promise<readonly string[]> {
  const keys = await testKeys();
  const lines = ROWS.map(([name, options]) => {
    const host = { issuer: ISSUER, keys, stores: memoryStores(), ...testHost() };
    const [bound] = createMfa({ ...host, ...options }).guessBound();
    if (!bound) throw new Error('no bound');
    const { perGuess, guessesPerDay, guessesPerYear, perDay, perYear } = bound;
    const cells = [
      name,
      short(perGuess),
      guessesPerDay,
      short(perDay),
      guessesPerYear,
      short(perYear),
      short(bound.perDayWithDevice),
      short(bound.perYearWithDevice),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head =
    '| factor | chance of a guess | guesses a day | chance a day | guesses a year | chance a year | a day, with a stolen device | a year, with it |';
  return [head, '|---|---|---|---|---|---|---|---|', ...lines];
}
