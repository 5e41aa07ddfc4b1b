// Each way into the example app, and what somebody tries there who has a password and no second factor. A new route or
// grant has its row here; the test fails without.
import type { Response } from 'supertest';
import { OOB_GRANT, OTP, OTP_GRANT, RECOVERY_GRANT, SMS } from '../../support/app.js';
import { browserWays } from './browser-table.js';
import { API, bearer, form, ISSUER, PASSWORD, type Site } from './site.js';

type Attack = (site: Site) => Promise<readonly Response[]>;

const post = ({ http }: Site, members: Readonly<Record<string, string | undefined>>) =>
  http.post('/oauth/token').send(form(members));

/** One request after the other: they share a client and its limits. */
async function inTurn<T>(cases: readonly T[], send: (it: T) => PromiseLike<Response>) {
  const answers: Response[] = [];
  for (const it of cases) answers.push(await send(it));
  return answers;
}

const VICTIM = { username: 'victim@example.com', password: PASSWORD };
const AUDIENCES = [undefined, `${ISSUER}mfa/`, `${ISSUER}userinfo`, API];

const byPassword =
  (grant: string, more = {}): Attack =>
  (site) =>
    inTurn(
      AUDIENCES.flatMap((audience) => [
        { audience, scope: undefined },
        { audience, scope: 'openid offline_access enroll remove:authenticators' },
        { audience, amr: 'mfa', acr: 'mfa', mfa: 'true', user_id: 'attacker' },
      ]),
      (it) => post(site, { grant_type: grant, ...VICTIM, ...more, ...it }),
    );

/** Proofs that are the attacker's own, none, or of no user. */
const byProof =
  (grant: string, proofs: (site: Site) => readonly Record<string, string | undefined>[]): Attack =>
  (site) =>
    inTurn(
      proofs(site).flatMap((proof) => [
        { ...proof, mfa_token: site.token },
        { ...proof, mfa_token: site.own.mfa },
        { ...proof, mfa_token: undefined },
        { ...proof, ...VICTIM, mfa_token: 'mfa_none' },
      ]),
      (it) => post(site, { grant_type: grant, ...it }),
    );

/** Bearer tokens that must not do what is asked: the victim's by password alone, the attacker's for something else. */
const bearers = ({ token, own }: Site) => [token, own.api, 'none', `${token}.${token}.`];

export const waysIn: Readonly<Record<string, Attack>> = {
  'POST /oauth/token password': byPassword('password'),
  'POST /oauth/token http://auth0.com/oauth/grant-type/password-realm': byPassword(
    'http://auth0.com/oauth/grant-type/password-realm',
    { realm: 'users' },
  ),
  [`POST /oauth/token ${OTP_GRANT}`]: byProof(OTP_GRANT, () => [{ otp: '000000' }, {}]),
  [`POST /oauth/token ${OOB_GRANT}`]: byProof(OOB_GRANT, ({ challenge: { oobCode, code } }) => [
    { oob_code: oobCode, binding_code: code },
    { oob_code: oobCode },
    {},
  ]),
  [`POST /oauth/token ${RECOVERY_GRANT}`]: byProof(RECOVERY_GRANT, () => [
    { recovery_code: 'A'.repeat(24) },
    {},
  ]),
  'POST /oauth/revoke': (site) =>
    inTurn([site.token, site.own.api, site.challenge.token, 'rt_none', undefined], (token) =>
      site.http.post('/oauth/revoke').send(form({ token, ...VICTIM })),
    ),
  'POST /oauth/token refresh_token': (site) =>
    inTurn([site.token, site.own.api, site.challenge.token, 'rt_none', undefined], (token) =>
      post(site, { grant_type: 'refresh_token', refresh_token: token, ...VICTIM }),
    ),
  'POST /oauth/token authorization_code': (site) =>
    inTurn([site.token, site.own.api, site.challenge.oobCode, 'code_none', undefined], (code) =>
      post(site, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: 'https://spa.example.com/callback',
        code_verifier: 'v'.repeat(43),
        mfa_token: site.token,
        ...VICTIM,
      }),
    ),
  'POST /mfa/associate': (site) =>
    inTurn(
      bearers(site).flatMap((token) => [OTP, SMS].map((body) => ({ token, body }))),
      ({ token, body }) => site.http.post('/mfa/associate').set(bearer(token)).send(body),
    ),
  'POST /mfa/challenge': (site) =>
    inTurn([site.token, site.own.mfa, 'mfa_none'], (token) =>
      site.http.post('/mfa/challenge').send(form({ mfa_token: token })),
    ),
  'GET /mfa/authenticators': (site) =>
    inTurn(bearers(site), (token) => site.http.get('/mfa/authenticators').set(bearer(token))),
  'DELETE /mfa/authenticators/:id': (site) =>
    inTurn(
      [...bearers(site), site.own.mfa].flatMap((token) => site.ids.map((id) => ({ token, id }))),
      ({ token, id }) =>
        site.http.delete(`/mfa/authenticators/${encodeURIComponent(id)}`).set(bearer(token)),
    ),
  'GET /.well-known/openid-configuration': ({ http }) =>
    inTurn([0], () => http.get('/.well-known/openid-configuration')),
  'GET /.well-known/jwks.json': ({ http }) => inTurn([0], () => http.get('/.well-known/jwks.json')),
  'GET /api/whoami': (site) =>
    inTurn([site.token, site.own.mfa, 'none'], (token) =>
      site.http.get('/api/whoami').set(bearer(token)),
    ),
  'GET /healthz': ({ http }) => inTurn([0], () => http.get('/healthz')),
  ...browserWays,
  'ANY / notFound': ({ http }) => inTurn(['/', '/nothing'], (path) => http.get(path)),
};

/** Of development alone, where codes are shown on purpose: the outbox, which production refuses to run with. */
export const development = [
  'ANY /dev <anonymous>',
  'ANY /dev helmetMiddleware',
  'GET /dev/outbox.json',
  'GET /dev/outbox/events',
  'GET /dev/outbox',
  'ANY /dev/outbox serveStatic',
];
