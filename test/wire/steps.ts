// Steps that several wire tests begin with.
import { createLocalJWKSet, jwtVerify } from 'jose';
import { Secret, TOTP } from 'otpauth';
import supertest, { type Response } from 'supertest';
import { client, ISSUER, OTP, type TestApp } from '../support/app.js';

export const MFA_AUDIENCE = `${ISSUER}mfa/`;
export const API = 'https://api.example.com/';
export const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

/** A code that is surely not this one. */
export const otherThan = (code: string) =>
  String((Number(code) + 1) % 1_000_000).padStart(code.length, '0');

/** @returns the `mfa_token` of a login that waits for its second factor */
export async function mfaToken(t: TestApp, login = {}, clientId = 'spa'): Promise<string> {
  return (await client(t.app, clientId).login(login).expect(403)).body.mfa_token;
}

/** Logs in with the phone that is enrolled, to its end. */
export async function passSms(t: TestApp, login = {}, clientId = 'spa'): Promise<Response> {
  const c = client(t.app, clientId);
  const token = await mfaToken(t, login, clientId);
  const asked = await c.challenge({ mfa_token: token, challenge_type: 'oob' }).expect(200);
  return c.oob(token, asked.body.oob_code, t.code()).expect(200);
}

/** @returns an access token for the MFA API, of a user who just passed the phone */
export async function mfaApiToken(t: TestApp, scope?: string): Promise<string> {
  return (await passSms(t, { audience: MFA_AUDIENCE, scope })).body.access_token;
}

/** What an authenticator app shows. */
export function authenticatorApp(t: TestApp, secret: string) {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return (steps = 0) => totp.generate({ timestamp: t.clock.now() + steps * 30_000 });
}

/** Enrolls an authenticator app: as the first authenticator, or with an access token for the MFA API. */
export async function enrollOtp(t: TestApp, { bearer = '', login = {} } = {}) {
  const c = client(t.app);
  const token = bearer || (await mfaToken(t, login));
  const started = (await c.associate(token, OTP).expect(200)).body;
  const show = authenticatorApp(t, started.secret);
  const tokens = (await c.otp(token, show()).expect(200)).body;
  t.clock.advance(30); // the next code
  return { id: started.id as string, show, tokens, recoveryCode: started.recovery_codes?.[0] };
}

/** Checks a token against the keys that the app serves. */
export async function verify(t: Pick<TestApp, 'app' | 'clock'>, token: string, audience?: string) {
  const { body } = await supertest(t.app).get('/.well-known/jwks.json').expect(200);
  return jwtVerify(token, createLocalJWKSet(body), {
    issuer: ISSUER,
    currentDate: new Date(t.clock.now()),
    ...(audience !== undefined && { audience }),
  });
}
