// One rule broken by each, and the test that has to notice. `find` stands in the file exactly once.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are pieces of source

import { codeFlow } from './code-flow.js';
import { doors } from './doors.js';
import { mutant } from './mutant.js';
import { pages } from './pages.js';

const guesses = [
  mutant(
    'counter: the guess goes on although its charge was not written',
    'lib/core/commit.ts',
    'if (changes === undefined || (await ',
    'if (changes === undefined || true || (await ',
    ['attacks/guesses.test.ts', 'of 200 wrong codes at once on one challenge'],
  ),
  mutant(
    'counter: SQL commits without the version',
    'lib/adapters/sql/commit.ts',
    ' and version = ${account.version}',
    '',
    ['attacks/guesses.test.ts', 'of 200 wrong otp codes at once'],
  ),
  mutant(
    'counter: the memory store commits without the version',
    'lib/adapters/memory.ts',
    'account && (accounts.get(account.userId)?.version ?? 0) !== account.version',
    'account && false',
    ['attacks/guesses.test.ts', 'of 200 wrong otp codes at once'],
  ),
  mutant(
    'counter: per challenge only, no windows per user',
    'lib/core/guesses/guess-budget.ts',
    'if (oldest !== undefined && oldest + length > now)',
    'if (oldest !== undefined && oldest > now)',
    ['attacks/budgets.test.ts', '5 days of guesses at the recovery code'],
  ),
  mutant(
    'counter: a success empties the windows',
    'lib/core/guesses/guess-budget.ts',
    'log: own < 0 ? lane.log : ',
    'log: own >= 0 ? [] : ',
    ['core/guess-budget.test.ts', '14 failures, a success, then one more failure'],
  ),
  mutant(
    'counter: a wrong guess is given back',
    'lib/core/guesses/charge-guess.ts',
    '[lane]: paid.lane }',
    '[lane]: laneOf(account, lane) }',
    ['attacks/budgets.test.ts', '8 days of guesses by every factor in turn'],
  ),
  mutant(
    'counter: no wait after failures in a row',
    'lib/core/guesses/guess-budget.ts',
    'let at = lane.lockedUntil;',
    'let at = 0;',
    ['attacks/guesses.test.ts', '100 tries, the right code among them'],
  ),
  mutant(
    'counter: fifty failures in a row disable nothing',
    'lib/core/enrollment/enrolled.ts',
    '>= mfa.settings.guesses.untilDisabled',
    '>= Infinity',
    ['attacks/guesses.test.ts', 'disable an authenticator for ever'],
  ),
  mutant(
    'counter: a resend starts it anew',
    'lib/core/sends/delivery.ts',
    'const usedUp = guesses >= settings.guesses.perChallenge;',
    'const usedUp = true;',
    ['attacks/shared-counters.test.ts', 'is dead after the five guesses of both'],
  ),
  mutant(
    'counter: two authenticator apps cost one guess',
    'lib/core/guesses/charge-guess.ts',
    'Math.max(1, candidates.length)',
    '1',
    ['attacks/shared-counters.test.ts', 'a guess that is compared with two'],
  ),
  mutant(
    'device: a cookie from before a change of the password is good',
    'lib/core/session/known-device.ts',
    '`${epoch} ${userId}`',
    '`${userId}`',
    ['attacks/known-device.test.ts', 'a change of the password forgets it'],
  ),
  mutant(
    'device: the cookie of another user is good',
    'lib/core/session/known-device.ts',
    '`${epoch} ${userId}`',
    '`${epoch}`',
    ['attacks/known-device.test.ts', 'cookie opens no lane'],
  ),
  mutant(
    'device: the monthly bound opens again and again',
    'lib/core/guesses/guess-lanes.ts',
    'return recently || !closedForLong(mfa, lane, now)',
    'return !closedForLong(mfa, lane, now)',
    ['attacks/known-device.test.ts', 'closed by 60 wrong codes'],
  ),
  mutant(
    'fleet: attack mode changes nothing',
    'lib/core/guesses/guess-lanes.ts',
    "if (!underAttack || name !== 'factor') return limits;",
    'if (limits) return limits;',
    ['attacks/fleet.test.ts', 'more than 60 failures in a minute'],
  ),
  mutant(
    'address: trust proxy true is served',
    'lib/http/trust-proxy.ts',
    "if (typeof trust === 'function' && trustsEveryone(trust as Trust))",
    "if (trust === 'true')",
    ['attacks/trust-proxy.test.ts', 'is not served, and the log says why'],
  ),
  mutant(
    'address: each IPv6 address of a /64 counts for itself',
    'lib/core/caller-address.ts',
    'groups.slice(0, 4)',
    'groups.slice(0, 8)',
    ['attacks/fleet.test.ts', 'a /64 of IPv6 is one address'],
  ),
];

const binding = [
  mutant(
    'binding: an mfa_token is good for every client',
    'lib/core/login/transaction.ts',
    'if (clientId !== client.id) throw',
    "if (clientId === '') throw",
    ['attacks/binding.test.ts', 'by another client, with its own login and with the stolen one'],
  ),
  mutant(
    'binding: an oob_code is good in every login',
    'lib/authenticators/oob.ts',
    'if (delivery.transactionId !== transaction.id || delivery.userId !== transaction.userId)',
    'if (delivery.userId !== transaction.userId)',
    ['attacks/binding.test.ts', 'with another login of the same user'],
  ),
  mutant(
    'binding: an earlier code works after a resend',
    'lib/authenticators/oob.ts',
    'transaction.deliveries[id] === delivery.id && ',
    '',
    ['attacks/logins.test.ts', 'sent again, the old code and the old handle are dead'],
  ),
  mutant(
    'binding: a code that was cut off by a change still works',
    'lib/core/sends/delivery.ts',
    'codes !== undefined && epoch < codes.epoch && transactionId !== codes.except',
    'codes !== undefined && epoch < 0 && transactionId !== codes.except',
    ['attacks/changes.test.ts', 'a code on its way to another login is dead'],
  ),
  mutant(
    'binding: what began before a change of the password goes on',
    'lib/core/cut-off.ts',
    'epoch !== epochOf(account)',
    'epoch > epochOf(account)',
    ['attacks/known-device.test.ts', 'a change of the password forgets it'],
  ),
  mutant(
    'binding: what proved the first factor proves the second one too',
    'lib/core/enrollment/enrolled.ts',
    '!isProvedFirst(login, authenticator)',
    'true',
    ['attacks/same-channel.test.ts', 'is not offered the mailbox'],
  ),
  mutant(
    'recovery: looked up among the codes of all users',
    'lib/adapters/memory.ts',
    'user === undefined ? [] : [...(authenticators.get(user)?.values() ?? [])],',
    'user === undefined ? [] : [...authenticators.values()].flatMap((it) => [...it.values()]),',
    ['attacks/stored-proofs.test.ts', 'one of another user is wrong'],
  ),
  mutant(
    'recovery: a used code works again',
    'lib/authenticators/recovery-code.ts',
    'return { credential: next.credential, recoveryCode: next.code };',
    'return { credential: candidate.credential, recoveryCode: next.code };',
    ['attacks/stored-proofs.test.ts', 'one works once'],
  ),
  mutant(
    'totp: the last step is not looked at',
    'lib/authenticators/otp.ts',
    'return after === undefined || step > after ? step : undefined;',
    'return step;',
    ['attacks/proofs.test.ts', 'a code that logged in does not log in again'],
  ),
  mutant('totp: two steps either way', 'lib/authenticators/otp.ts', 'window: 1 }', 'window: 2 }', [
    'core/totp.test.ts',
    'is one step before to one step after',
  ]),
  mutant(
    'totp: a secret opens in any row',
    'lib/crypto/seal.ts',
    'Buffer.from(JSON.stringify(identity))',
    'Buffer.alloc(identity.length > 0 ? 1 : 0)',
    ['attacks/stored-proofs.test.ts', 'does not verify, and raises the alarm'],
  ),
];

const lifecycle = [
  mutant(
    'associate: without looking for an active authenticator',
    'lib/core/enrollment/enrollment-rules.ts',
    'if (!transaction.proven && isEnrolled(own)) throw errors.alreadyEnrolled();',
    '',
    ['attacks/enrollment.test.ts', 'is refused and nothing is stored or sent'],
  ),
  {
    // Any one of the three suffices, so all of them are broken.
    name: 'associate: not looked for again at the confirmation',
    edits: [
      {
        file: 'lib/core/guesses/comparable.ts',
        find: '(transaction.proven || !enrolled)',
        replace: '(transaction.proven || !enrolled || true)',
      },
      {
        file: 'lib/core/guesses/claim.ts',
        find: 'if (confirmed) mayEnroll(transaction, authenticators);',
        replace: '',
      },
      {
        file: 'lib/core/guesses/claim.ts',
        find: 'dropped: pending.filter((it) => !ours.includes(it)).map(({ id }) => id),',
        replace: 'dropped: [],',
      },
    ],
    test: {
      file: 'test/attacks/enrollment.test.ts',
      title: 'begun before the first one was active',
    },
  },
  mutant(
    'associate: a pending authenticator lives for ever',
    'lib/core/login/transaction.ts',
    'it.expiresAt === undefined || it.expiresAt > now',
    'it.expiresAt === undefined || it.expiresAt > 0',
    ['attacks/pending.test.ts', 'it is gone at 600 seconds'],
  ),
  mutant(
    'associate: other pending ones stay when one is confirmed',
    'lib/core/guesses/claim.ts',
    'dropped: pending.filter((it) => !ours.includes(it)).map(({ id }) => id),',
    'dropped: [],',
    ['attacks/pending.test.ts', 'every other pending one is gone'],
  ),
  mutant(
    'delete: without looking whose it is',
    'lib/adapters/memory.ts',
    'user === undefined ? [] : [...(authenticators.get(user)?.values() ?? [])],',
    'user === undefined ? [] : [...authenticators.values()].flatMap((it) => [...it.values()]),',
    ['attacks/enrollment.test.ts', 'ids of other users'],
  ),
  mutant(
    'delete: with an old second factor',
    'lib/core/login/transaction.ts',
    'mfa.clock.now() - at <= FRESH_MS',
    'mfa.clock.now() - at <= FRESH_MS * 99',
    ['attacks/enrollment.test.ts', 'at 300 seconds it does, at 301 it does not'],
  ),
  mutant(
    'delete: the last one, whatever the policy demands',
    'lib/core/enrollment/last-authenticator.ts',
    'if (needed.some(loses)) throw errors.lastAuthenticator();',
    'needed.some(loses);',
    ['attacks/last-factor.test.ts', 'stays by default'],
  ),
  mutant(
    'policy: none lets an enrolled user in',
    'lib/core/login/demand.ts',
    "needed === 'enroll' && wants === 'none'",
    "wants === 'none'",
    ['attacks/policies.test.ts', 'policy'],
  ),
  mutant(
    'proof: a user who is not to be found passes all the same',
    'lib/core/verification.ts',
    'const user = await admit(about.userId as string);',
    'const user = await admit(about.userId as string).catch(() => ({ id: about.userId as string }));',
    ['attacks/proofs.test.ts', 'a user who was blocked or deleted after the password'],
  ),
  mutant(
    'proof: a commit that fails counts as done',
    'lib/core/audit.ts',
    'if ((await mfa.store.commit({ ...changes, ...stored })) !== true) return false;',
    'await mfa.store.commit({ ...changes, ...stored }).catch(() => false);',
    ['attacks/faults.test.ts', ': no token by otp, none by recovery code'],
  ),
];

const tokens = [
  {
    name: 'token: the algorithm is the header’s',
    edits: [
      {
        file: 'lib/tokens/verifying.ts',
        find: 'const key = keys.find((it) => it.kid === kid && it.alg === alg);',
        replace:
          "const key = keys.find((it) => it.kid === kid); if (key && alg === 'HS256') return Buffer.from(key.publicKey.export({ type: 'spki', format: 'pem' }));",
      },
      {
        file: 'lib/tokens/verifying.ts',
        find: "algorithms: ['RS256', 'ES256'],",
        replace: '',
      },
    ],
    test: { file: 'test/attacks/forged-tokens.test.ts', title: 'is refused everywhere' },
  },
  mutant(
    'token: of every audience',
    'lib/tokens/verifying.ts',
    '...(audience !== undefined && { audience }),',
    '',
    ['attacks/forged-tokens.test.ts', 'is refused everywhere'],
  ),
  mutant('token: of every type', 'lib/tokens/verifying.ts', "typ: 'at+jwt',", '', [
    'attacks/forged-tokens.test.ts',
    'is refused everywhere',
  ]),
  mutant(
    'token: expired',
    'lib/tokens/verifying.ts',
    'currentDate: new Date(clock.now()),',
    'currentDate: new Date(0),',
    ['attacks/forged-tokens.test.ts', 'is refused everywhere'],
  ),
  mutant(
    'token: scopes are not looked at',
    'lib/core/caller.ts',
    'if (!access.scope.includes(needs.scope)) throw errors.insufficientScope(needs.scope);',
    '',
    ['attacks/token-use.test.ts', 'with only'],
  ),
  mutant(
    'client: without its secret',
    'lib/core/oauth/client-auth.ts',
    'if (secret === undefined) return secretOptional;',
    'if (secret === undefined) return true;',
    ['attacks/clients.test.ts', '401, and the guess is neither compared nor charged'],
  ),
  mutant(
    'handle: its tag is not checked',
    'lib/crypto/handle.ts',
    "if (!known) return { state: 'malformed' };",
    '',
    ['core/handles.test.ts', 'a later expiry with the same tag'],
  ),
  mutant(
    'parameter: a number or list passes as its text',
    'lib/core/params.ts',
    "if (typeof value !== 'string') throw errors.invalidParameter(name, 'one string');",
    "if (typeof value !== 'string') return String(value);",
    ['core/params.test.ts', 'is refused, required or not'],
  ),
];

const messages = [
  mutant(
    'sends: no limit per login',
    'lib/core/sends/send-budget.ts',
    'transaction.sends >= limits.perTransaction',
    'transaction.sends >= Infinity',
    ['core/send-budget.test.ts', 'sends five messages at most'],
  ),
  mutant(
    'sends: no wait before the next one',
    'lib/core/sends/send-budget.ts',
    'if (transaction.nextSendAt > now) throw errors.tooManySends(transaction.nextSendAt - now);',
    '',
    ['attacks/races.test.ts', '100 resends at once send one message'],
  ),
  mutant(
    'sends: a full window refuses nothing',
    'lib/core/sends/admit-send.ts',
    'if (reservation.granted === true) {',
    'if (reservation) {',
    ['attacks/sends.test.ts', 'ten messages to a number in 24 hours'],
  ),
  mutant(
    'sends: a number of a country that is not on the list is written to',
    'lib/core/sends/admit-send.ts',
    "if (reach?.refused === 'country') return",
    "if (reach?.refused === 'nowhere') return",
    ['attacks/message-budgets.test.ts', 'a number enrolled before its country went off the list'],
  ),
  mutant(
    'sends: a country whose codes nobody enters is written to for ever',
    'lib/core/sends/admit-send.ts',
    "full?.budget === 'conversion'",
    "full?.budget === 'address'",
    ['attacks/conversion.test.ts', 'sixty codes that nobody enters'],
  ),
  mutant(
    'log: an event tells the code',
    'lib/core/sends/send.ts',
    "mfa.emit({ event: 'mfa.challenge.delivered', ...about });",
    "mfa.emit({ event: 'mfa.challenge.delivered', ...about, reason: code });",
    ['attacks/leaks.test.ts', 'nor any event, whatever goes wrong'],
  ),
  mutant(
    'redis: an older state of a login takes the place of a newer one',
    'lib/adapters/redis/scripts.ts',
    'tonumber(stored) > tonumber(ARGV[1])',
    'tonumber(stored) > tonumber(ARGV[1]) + 99',
    ['adapters/redis.test.ts', 'a put that comes late does not take the place'],
  ),
  mutant(
    'redis: a login that came back after it was used is used again',
    'lib/adapters/combine/stamp.ts',
    'if (known?.state === GONE) return state.transaction === undefined;',
    'if (known?.state === GONE) return true;',
    ['adapters/combine.test.ts', 'does not use a login that is over'],
  ),
];

export const mutants = [
  ...guesses,
  ...binding,
  ...lifecycle,
  ...tokens,
  ...messages,
  ...codeFlow,
  ...doors,
  ...pages,
];
