// Rules of the hosted pages, each broken.
import { mutant } from './mutant.js';

const csrf = 'attacks/pages-csrf.test.ts';
const input = 'attacks/pages-input.test.ts';
const session = 'attacks/pages-session.test.ts';
const back = 'pages/ways-back.test.ts';

export const pages = [
  mutant(
    'pages: any token of a form',
    'lib/pages/csrf.ts',
    'return safeEqual(Buffer.from(given), Buffer.from(csrf));',
    'return true;',
    [csrf, 'R-112: POST /account/security/recovery-code without the right token'],
  ),
  mutant(
    'pages: a form of another site',
    'lib/pages/csrf.ts',
    ' || !isSameOrigin(mfa, request)) return false;',
    ') return false;',
    [csrf, 'R-112: POST /account/security/recovery-code with the right token'],
  ),
  mutant(
    'pages: a form of a neighbour',
    'lib/pages/csrf.ts',
    "return site === 'same-origin';",
    "return site !== 'cross-site';",
    [csrf, 'R-112: POST /logout with the right token'],
  ),
  mutant(
    'pages: an origin over http',
    'lib/pages/csrf.ts',
    'return origin === own.origin;',
    'return true;',
    [csrf, 'R-112: of the same host over http, where the site is at https'],
  ),
  mutant(
    'pages: the same id after the second factor',
    'lib/http/browser-session.ts',
    'else await renewSession(request, {});',
    '',
    [session, 'R-110: is a new one after the enrollment at the first login, too'],
  ),
  mutant(
    'pages: the recovery code after the session',
    'lib/pages/flow/recovery-code.ts',
    ' || !proof || !(await admitProof(mfa, proof))',
    ' || !visit.state.proof',
    [session, 'R-116: the page with the recovery code ends with the session'],
  ),
  mutant(
    'pages: the recovery code after a change of the password',
    'lib/pages/flow/recovery-code.ts',
    ' || !(await admitProof(mfa, proof))',
    '',
    [input, 'ends the session on every page, that with the recovery code, too'],
  ),
  mutant(
    'pages: a step-up makes a new day',
    'lib/core/session/session-login.ts',
    'if (session && !isOpen(mfa, session))',
    'if (false)',
    [
      session,
      'R-116: a step-up that was begun before the end opens no session of another day: Passport',
    ],
  ),
  mutant(
    'pages: a step-up confirms what was given up',
    'lib/pages/flow/step-up.ts',
    'startStepUp(mfa, { proof, ...visitor })',
    'startStepUp(mfa, { proof, ...visitor, action: visit.state.action })',
    [back, 'R-012, B5: confirms nothing that was given up before'],
  ),
  mutant(
    'pages: what was asked for another login',
    'lib/http/authorize-page.ts',
    '{ login, page: undefined }',
    '{ login }',
    [back, 'R-012: knows nothing of what was asked, or about to be confirmed, before it'],
  ),
  mutant(
    'pages: back to any place',
    'lib/pages/router.ts',
    "safeReturnTo(query.get('returnTo'), site.returnTo)",
    "query.get('returnTo')",
    ['attacks/pages-return.test.ts', 'R-113: returnTo of the login page'],
  ),
  mutant('pages: in a frame', 'lib/pages/headers.ts', '"frame-ancestors \'none\'",', '', [
    'attacks/pages-html.test.ts',
    'R-114: let nothing in but what the page brings',
  ]),
  mutant(
    'pages: a target that ends the process',
    'lib/http/visitor.ts',
    "url.replace(/^[a-z][a-z\\d+.-]*:\\/\\/[^/?#\\\\]*/i, '')",
    'url',
    [input, 'a guard leads back to the path alone, whatever host the target names'],
  ),
];
