import { CLIENT_ID, phoneOf, usernameOf } from './fixtures.js';

const GRANT = 'http://auth0.com/oauth/grant-type/mfa-oob';
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

function post(path, type, body, bearer) {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: auth.example.com',
    'Connection: keep-alive',
    'Accept: application/json',
    'User-Agent: express-mfa-bench',
    'Auth0-Client: eyJuYW1lIjoiYmVuY2giLCJ2ZXJzaW9uIjoiMS4wLjAifQ',
    ...(bearer ? [`Authorization: Bearer ${bearer}`] : []),
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

// As Auth0's SDKs do: forms to the token endpoint, JSON to the MFA API.
const form = (path, members) => post(path, FORM_TYPE, new URLSearchParams(members).toString());
const json = (path, members, bearer) => post(path, JSON_TYPE, JSON.stringify(members), bearer);

async function expect(status, answer) {
  const { body, ...got } = await answer;
  if (got.status === status) return body;
  throw new Error(`Expected ${status}, got ${got.status} ${JSON.stringify(body)}`);
}

const password = (user, scope) =>
  form('/oauth/token', {
    grant_type: 'password',
    username: usernameOf(user),
    password: 'correct horse battery staple',
    client_id: CLIENT_ID,
    ...(scope ? { scope } : {}),
  });

const proof = (mfa_token, oob_code, binding_code) =>
  form('/oauth/token', {
    grant_type: GRANT,
    client_id: CLIENT_ID,
    mfa_token,
    oob_code,
    binding_code,
  });

const association = (user) => ({
  authenticator_types: ['oob'],
  oob_channels: ['sms'],
  phone_number: phoneOf(user),
});

/** The two flows: three requests each, every answer checked. `readCode` reads the user's last message. */
export const flows = {
  async enrolment({ send }, { user, scope, readCode }) {
    const { mfa_token } = await expect(403, send(password(user, scope)));
    const { oob_code } = await expect(
      200,
      send(json('/mfa/associate', association(user), mfa_token)),
    );
    const tokens = await expect(200, send(proof(mfa_token, oob_code, readCode(user))));
    if (!tokens.access_token) throw new Error('No access_token');
  },

  async login({ send }, { user, scope, readCode }) {
    const { mfa_token } = await expect(403, send(password(user, scope)));
    const challenge = { client_id: CLIENT_ID, mfa_token, challenge_type: 'oob' };
    const { oob_code } = await expect(200, send(json('/mfa/challenge', challenge)));
    const tokens = await expect(200, send(proof(mfa_token, oob_code, readCode(user))));
    if (!tokens.access_token) throw new Error('No access_token');
  },
};
