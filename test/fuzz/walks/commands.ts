// What a walk is made of. Numbers choose among what there is: of three logins, 4 is the second newest.
import fc from 'fast-check';

export type Command =
  | {
      readonly do: 'log in';
      readonly user: number;
      readonly client: number;
      readonly mfaApi: boolean;
      readonly wrong: boolean;
    }
  | {
      readonly do: 'associate';
      readonly by: number;
      readonly withAccess: boolean;
      readonly kind: 'otp' | 'sms';
      readonly number: number;
    }
  | {
      readonly do: 'challenge';
      readonly login: number;
      readonly type: 'otp' | 'oob';
      readonly phone: number;
      readonly otherClient: boolean;
    }
  | {
      readonly do: 'oob';
      readonly login: number;
      readonly withAccess: boolean;
      readonly sent: number;
      readonly own: boolean;
      readonly wrong: boolean;
      readonly otherClient: boolean;
    }
  | {
      readonly do: 'otp';
      readonly login: number;
      readonly withAccess: boolean;
      readonly secret: number;
      readonly own: boolean;
      readonly step: number;
      readonly wrong: boolean;
    }
  | {
      readonly do: 'recover';
      readonly login: number;
      readonly withAccess: boolean;
      readonly code: number;
      readonly wrong: boolean;
    }
  | {
      readonly do: 'remove';
      readonly access: number;
      readonly authenticator: number;
      readonly own: boolean;
    }
  | { readonly do: 'list'; readonly by: number; readonly withAccess: boolean }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'change the password'; readonly user: number };

/** Mostly the newest. */
const recent = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat(7) },
);
const rarely = fc.nat(9).map((it) => it === 9);
const often = fc.nat(9).map((it) => it < 8);
const either = fc.boolean();
const user = fc.nat(5).map((it) => Number(it === 5));

const a = <T extends Command['do']>(name: T, members: object) =>
  fc.record({ do: fc.constant(name), ...members }) as unknown as fc.Arbitrary<Command>;

const logIn = a('log in', { user, client: user, mfaApi: either, wrong: rarely });
const associate = a('associate', {
  by: recent,
  withAccess: either,
  kind: fc.constantFrom('otp', 'sms', 'sms'),
  number: fc.nat(1),
});
const challenge = a('challenge', {
  login: recent,
  type: fc.constantFrom('otp', 'oob', 'oob', 'oob'),
  phone: fc.nat(3),
  otherClient: rarely,
});
const oob = a('oob', {
  login: recent,
  withAccess: rarely,
  sent: recent,
  own: often,
  wrong: fc.nat(3).map((it) => it === 3),
  otherClient: rarely,
});
const otp = a('otp', {
  login: recent,
  withAccess: fc.nat(3).map((it) => it === 3),
  secret: recent,
  own: often,
  step: fc.constantFrom(0, 0, 0, 1, -1, 2, -2),
  wrong: fc.nat(3).map((it) => it === 3),
});
const recover = a('recover', { login: recent, withAccess: rarely, code: recent, wrong: rarely });
const remove = a('remove', { access: recent, authenticator: fc.nat(7), own: often });
const list = a('list', { by: recent, withAccess: either });
const wait = a('wait', {
  seconds: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(1, 29, 30, 31, 60, 61, 120) },
    { weight: 2, arbitrary: fc.constantFrom(240, 299, 300, 301) },
    { weight: 1, arbitrary: fc.constantFrom(599, 600, 3600, 86_400) },
  ),
});
const changed = a('change the password', { user });

const single: fc.Arbitrary<readonly Command[]> = fc
  .oneof(
    { weight: 6, arbitrary: logIn },
    { weight: 5, arbitrary: associate },
    { weight: 4, arbitrary: challenge },
    { weight: 6, arbitrary: oob },
    { weight: 6, arbitrary: otp },
    { weight: 2, arbitrary: recover },
    { weight: 3, arbitrary: remove },
    { weight: 1, arbitrary: list },
    { weight: 4, arbitrary: wait },
    { weight: 1, arbitrary: changed },
  )
  .map((it) => [it]);

const LOGIN = { do: 'log in', user: 0, client: 0, mfaApi: true, wrong: false } as const;
const BY_LOGIN = { login: 0, withAccess: false, otherClient: false } as const;
const OTP = { do: 'otp', ...BY_LOGIN, secret: 0, own: true, step: 0, wrong: false } as const;
const OOB = { do: 'oob', ...BY_LOGIN, sent: 0, own: true, wrong: false } as const;
const ASSOCIATE = { do: 'associate', by: 0, withAccess: false, number: 0 } as const;
const CHALLENGE = { do: 'challenge', ...BY_LOGIN, type: 'oob', phone: 0 } as const;
const SOON = { do: 'wait', seconds: 30 } as const;
const APP_API = { ...LOGIN, mfaApi: false } as const;

const times = (count: number, ...them: readonly Command[]): Command[] =>
  Array<readonly Command[]>(count).fill(them).flat();
const waits = (seconds: number): Command => ({ do: 'wait', seconds });
const wrongOtp = { ...OTP, wrong: true };
const wrongOob = { ...OOB, wrong: true };
const recoverWith = (wrong: boolean): Command => ({ do: 'recover', ...BY_LOGIN, code: 0, wrong });
const app: readonly Command[] = [APP_API, { ...ASSOCIATE, kind: 'otp' }, OTP, SOON];
const phone: readonly Command[] = [APP_API, { ...ASSOCIATE, kind: 'sms' }, OOB, SOON];

/** What people do, and what attackers begin with: chance alone seldom comes so far. */
const phrase = fc.constantFrom<readonly Command[]>(
  app,
  phone,
  [LOGIN, SOON, OTP],
  [SOON, LOGIN, CHALLENGE, OOB],
  [
    { ...ASSOCIATE, withAccess: true, kind: 'sms', number: 1 },
    { ...OOB, withAccess: true },
  ],
  [{ ...ASSOCIATE, withAccess: true, kind: 'otp' }, { ...OTP, withAccess: true }, SOON],
  [LOGIN, ...times(6, wrongOtp), OTP],
  [LOGIN, CHALLENGE, ...times(6, wrongOob), OOB],
  [APP_API, { ...ASSOCIATE, kind: 'sms' }, ...times(6, wrongOob), OOB],
  [LOGIN, ...times(6, recoverWith(true))],
  [LOGIN, CHALLENGE, LOGIN, CHALLENGE, OOB],
  times(6, LOGIN),
  // Ten guesses and no more in one login, however long they are apart.
  [...app, LOGIN, ...times(5, wrongOtp), waits(60), ...times(5, wrongOtp), waits(300), OTP],
  // A message that is sent again gives no new guesses.
  [
    ...phone,
    LOGIN,
    CHALLENGE,
    ...times(3, wrongOob),
    SOON,
    CHALLENGE,
    ...times(2, wrongOob),
    waits(60),
    OOB,
  ],
  // Logging in does not empty the windows.
  [...app, ...times(4, LOGIN, ...times(4, wrongOtp), SOON, OTP, SOON)],
  // A code that was on its way when somebody used the recovery code, or changed the authenticators.
  [...phone, LOGIN, CHALLENGE, LOGIN, recoverWith(false), { ...OOB, login: 1 }],
  [
    ...phone,
    LOGIN,
    CHALLENGE,
    OOB,
    waits(61),
    LOGIN,
    CHALLENGE,
    { ...ASSOCIATE, withAccess: true, kind: 'otp' },
    { ...OTP, withAccess: true },
    OOB,
  ],
);

/** A walk. */
export const commands: fc.Arbitrary<readonly Command[]> = fc
  .array(fc.oneof({ weight: 4, arbitrary: single }, { weight: 1, arbitrary: phrase }), {
    minLength: 20,
    maxLength: 40,
    size: 'max',
  })
  .map((them) => them.flat());
