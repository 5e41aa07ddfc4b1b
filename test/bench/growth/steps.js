/** The steps of the flow as requests, each with what the next one needs from its answer. */
import { CLIENT_ID, usernameOf } from '../fixtures.js';

const GRANT = 'http://auth0.com/oauth/grant-type/mfa-oob';

function request(method, path, { type, body = '', bearer }) {
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: auth.example.com',
    'Connection: keep-alive',
    ...(bearer ? [`Authorization: Bearer ${bearer}`] : []),
    ...(type ? [`Content-Type: ${type}`, `Content-Length: ${body.length}`] : []),
    '',
    body,
  ].join('\r\n');
}

const form = (path, members) =>
  request('POST', path, {
    type: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ client_id: CLIENT_ID, ...members }).toString(),
  });

const json = (path, members, bearer) =>
  request('POST', path, { type: 'application/json', body: JSON.stringify(members), bearer });

const password = {
  status: 403,
  request: ({ user }) =>
    form('/oauth/token', {
      grant_type: 'password',
      username: usernameOf(user),
      password: 'correct horse battery staple',
    }),
  keep: ({ mfa_token }) => ({ mfa_token }),
};

const list = {
  status: 200,
  request: ({ mfa_token }) => request('GET', '/mfa/authenticators', { bearer: mfa_token }),
  keep: () => ({}),
};

const challenge = {
  status: 200,
  request: ({ mfa_token }) =>
    json('/mfa/challenge', { client_id: CLIENT_ID, mfa_token, challenge_type: 'oob' }),
  keep: ({ oob_code }) => ({ oob_code }),
};

const associate = {
  status: 200,
  request: ({ user, mfa_token }, { phoneOf }) =>
    json(
      '/mfa/associate',
      { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: phoneOf(user) },
      mfa_token,
    ),
  keep: ({ oob_code }) => ({ oob_code }),
};

const verify = {
  status: 200,
  request: ({ mfa_token, oob_code, user }, site) =>
    form('/oauth/token', {
      grant_type: GRANT,
      mfa_token,
      oob_code,
      binding_code: site.takeCode(user),
    }),
  keep: () => ({}),
};

export const LOGIN = [
  ['login: password', password],
  ['login: list', list],
  ['login: challenge', challenge],
  ['login: verify', verify],
];
export const ENROLMENT = [
  ['enrol: password', password],
  ['enrol: associate', associate],
  ['enrol: verify', verify],
];
export const ABANDONED = ENROLMENT.slice(0, 2);

/**
 * One step of one user.
 *
 * @param state `{ user }` and what the steps before have kept
 * @returns how long it took (ms)
 */
export async function take(step, site, connection, state) {
  const text = step.request(state, site);
  const began = performance.now();
  const { status, body } = await connection.send(text);
  const took = performance.now() - began;
  if (status !== step.status) {
    throw new Error(`${text.slice(0, 60)}: ${status} ${JSON.stringify(body)}`);
  }
  Object.assign(state, step.keep(body));
  return took;
}

/** A whole flow of one user. */
export async function walk(flow, site, connection, user) {
  const state = { user };
  for (const [, step] of flow) await take(step, site, connection, state);
}
