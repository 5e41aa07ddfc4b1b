// What the SDKs of wire.md section 14.1 have in common.
import { client, enrollPhone, type TestApp, testApp } from '../support/app.js';
import { exchange, listening } from './raw-http.js';
import { mfaToken } from './steps.js';

export const prefix = 'http://auth0.com/oauth/grant-type/';
export const TELEMETRY = Buffer.from('{"name":"sdk","version":"1.0.0"}').toString('base64');
export const DPOP = {
  DPoP: 'eyJ0eXAiOiJkcG9wK2p3dCJ9.eyJqdGkiOiIxIn0.c2ln',
  'Auth0-Client': TELEMETRY,
};
export const web = { client_id: 'web', client_secret: 'web-secret' };
export const webLogin = { client_secret: 'web-secret' };

/** A login of the client `web`, with a phone to be challenged. */
export async function webUser() {
  const t = await testApp();
  const { id, recoveryCode } = await enrollPhone(t);
  const token = await mfaToken(t, webLogin, 'web');
  return { t, http: client(t.app).http, id, recoveryCode, token };
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** GET and DELETE as auth-js and go send them: with the type of a body that is not there. */
export async function withoutBody(t: TestApp, method: string, path: string, token: string) {
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: auth.example.com',
    'Content-Type: application/json',
    `Authorization: Bearer ${token}`,
    `Auth0-Client: ${TELEMETRY}`,
    'Connection: close',
  ];
  return listening(t.app, (port) => exchange(port, [`${head.join('\r\n')}\r\n\r\n`]));
}
