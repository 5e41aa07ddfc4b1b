// Rules of sessions, Passport and guards, each broken.
import { mutant } from './mutant.js';

const login = 'passport/login.test.ts';
const strategies = 'passport/strategies.test.ts';
const guards = 'http/guards.test.ts';
const actions = 'http/bound-actions.test.ts';

export const doors = [
  mutant(
    'session: any mfa_token where a login waits',
    'lib/passport/mfa-strategy.ts',
    '!login || (given !== undefined && given !== login.token)',
    'false',
    [login, 'login CSRF: a code for another login'],
  ),
  mutant(
    'session: Passport may log in before mfaLogin',
    'lib/passport/mfa-login.ts',
    'stateOf(request).passport !== passportIn(request);',
    'false;',
    [login, 'without session: false nobody is logged in'],
  ),
  mutant(
    'session: the proof of one login beside another',
    'lib/http/browser-session.ts',
    'if (!proof || passport !== passportIn(request)) return undefined;',
    'if (!proof) return undefined;',
    [login, 'without session: false, the proof of one user does not help another'],
  ),
  mutant(
    'session: the old id without a session of Passport',
    'lib/passport/bind-proof.ts',
    'else await renewSession(request, state);',
    'else await changeState(request, state);',
    [login, 'R-110: the id is a new one where Passport keeps no session'],
  ),
  mutant(
    'session: the same id after the password',
    'lib/passport/mfa-login.ts',
    'if (hasSession(request)) await renewSession(request, { login });',
    'if (hasSession(request)) Object.assign(request.session, { mfa: { login } });',
    [login, 'the session id changes at the password and at the second factor'],
  ),
  mutant(
    'guard: any client may be named as that of sessions',
    'lib/core/oauth/known-client.ts',
    'id === SESSION_CLIENT.id ? undefined :',
    'false ? undefined :',
    [login, 'a token of a session is never exchanged'],
  ),
  mutant(
    'guard: tokens for the MFA API',
    'lib/http/auth.ts',
    'if (await mfa.tokens.verifyAccessToken(token, mfa.audience)) return undefined;',
    '',
    [strategies, 'R-091: takes no token for the MFA API'],
  ),
  mutant(
    'guard: the password is enough',
    'lib/http/require-mfa.ts',
    "auth.amr.includes('mfa') &&",
    '',
    [guards, 'of a password alone gets the challenge'],
  ),
  mutant('guard: as old as you like', 'lib/http/require-mfa.ts', 'age <= maxAge', 'true', [
    guards,
    'is asked again when its proof is too old',
  ]),
  mutant(
    'guard: the user is not asked for',
    'lib/http/auth.ts',
    'const admitted = proof && (await admitProof(mfa, proof));',
    'const admitted = proof;',
    [guards, 'ends with a change of the password'],
  ),
  mutant(
    'action: of any values',
    'lib/core/session/action.ts',
    'sha256(JSON.stringify([userId, where, entries]))',
    'sha256(JSON.stringify([userId, where]))',
    [actions, 'the code is not good for another payee'],
  ),
  mutant(
    'action: at any address',
    'lib/core/session/action.ts',
    'sha256(JSON.stringify([userId, where, entries]))',
    'sha256(JSON.stringify([userId, entries]))',
    [actions, 'the code is not good for another route'],
  ),
  mutant(
    'action: any number of times',
    'lib/core/session/action.ts',
    'return (await mfa.store.reserve([window], now)).granted;',
    'return (await mfa.store.reserve([window], now)) !== undefined;',
    [actions, 'R-006: of twenty copies at once one works'],
  ),
  mutant(
    'action: its code makes the session fresh',
    'lib/http/proven-session.ts',
    'proof: { ...proof, at, amr, kind }',
    'proof',
    [actions, 'it makes the session no fresher'],
  ),
  mutant(
    'action: its token opens other routes',
    'lib/http/require-mfa.ts',
    '(bind !== undefined || confirms === undefined) &&',
    '',
    [actions, 'that token is good for nothing else'],
  ),
  mutant(
    'action: an app confirms it where there is nothing else',
    'lib/core/session/step-up.ts',
    'throw errors.nothingShows();',
    'return kinds;',
    [actions, 'where there is nothing but apps, none is asked for'],
  ),
  mutant(
    'action: cut where it is too long',
    'lib/core/session/action.ts',
    'text.length > roomFor(mfa)',
    'false',
    [actions, 'more than fits'],
  ),
];
