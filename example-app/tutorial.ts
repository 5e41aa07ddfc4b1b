// "Associate an Out-of-Band Authenticator", the three steps as real requests. `npm run tutorial`
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { runningApp, startApp } from './tutorial-app.js';
import {
  type Answer,
  check,
  type Exchange,
  exchange,
  heading,
  print,
  say,
  send,
} from './tutorial-http.js';

const AUDIENCE = 'https://api.example.com/';
const CLIENT = { client_id: 'web', client_secret: 'web-secret' };
const USERS = [1, 2, 3, 4, 5].map((n) => `tutorial${n}@example.com`);
const MFA_OOB = 'http://auth0.com/oauth/grant-type/mfa-oob';

/** Members of a JSON object, of whatever type they claim. */
const members = ({ body }: Answer) => body as Record<string, string>;

const login = (url: string, username: string): Exchange => ({
  method: 'POST',
  url: `${url}/oauth/token`,
  form: {
    grant_type: 'password',
    username,
    password: 'correct horse',
    ...CLIENT,
    audience: AUDIENCE,
    scope: 'openid profile read:notes',
  },
});

/** Of the tutorial's users the first who has no authenticator yet, with the answer to the password. */
async function getMfaToken(url: string) {
  for (const username of USERS) {
    const request = login(url, username);
    const answer = await send(request);
    const { mfa_token: mfaToken, mfa_requirements } = members(answer);
    const { enroll } = (mfa_requirements ?? {}) as { enroll?: unknown };
    if (answer.status === 403 && mfaToken && enroll) return { request, answer, mfaToken };
  }
  return undefined;
}

/** A number that is reserved for fiction: 555-0100 to 555-0199 of some area codes. */
function someNumber(): string {
  const areas = [202, 212, 303, 312, 404, 415, 503, 512, 602, 617, 702, 713, 808, 907];
  const area = areas[Math.floor(Math.random() * areas.length)];
  return `+1${area}555${String(100 + Math.floor(Math.random() * 100)).padStart(4, '0')}`;
}

async function associate(url: string, mfaToken: string, phone: string): Promise<Answer> {
  heading('2. Request association of the authenticator');
  return exchange({
    method: 'POST',
    url: `${url}/mfa/associate`,
    headers: { authorization: `Bearer ${mfaToken}` },
    json: { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: phone },
  });
}

/** What the person reads on the phone. */
async function readCode(url: string, phone: string): Promise<string> {
  say('Meanwhile, on the phone:');
  const answer = await exchange({
    method: 'GET',
    url: `${url}/dev/outbox.json?to=${encodeURIComponent(phone)}`,
  });
  const newest = (answer.body as { code: string }[])[0];
  if (!newest) throw new Error('no message arrived');
  return newest.code;
}

async function confirm(
  url: string,
  mfaToken: string,
  oobCode: string,
  code: string,
): Promise<Answer> {
  heading('3. Confirm the authenticator association');
  const proof = { mfa_token: mfaToken, oob_code: oobCode, binding_code: code };
  return exchange({
    method: 'POST',
    url: `${url}/oauth/token`,
    form: { grant_type: MFA_OOB, ...CLIENT, ...proof },
  });
}

/** Any time later: a new login's mfa_token lists the user's authenticators. */
async function list(url: string, request: Exchange): Promise<Answer> {
  heading('Has it been confirmed?');
  const again = await exchange(request);
  return exchange({
    method: 'GET',
    url: `${url}/mfa/authenticators`,
    headers: { authorization: `Bearer ${members(again).mfa_token}` },
  });
}

/** As an API would: keys and issuer from the discovery document. */
async function verify(url: string, token: string | undefined): Promise<JWTPayload | undefined> {
  const { issuer } = members(
    await send({ method: 'GET', url: `${url}/.well-known/openid-configuration` }),
  );
  const jwks = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`));
  const options = { issuer: issuer as string, audience: AUDIENCE };
  const verified = await jwtVerify(token ?? '', jwks, options).catch((error: Error) => {
    say(`The access token does not verify: ${error.message}`);
  });
  return verified?.payload;
}

type Start = NonNullable<Awaited<ReturnType<typeof getMfaToken>>>;

async function tutorial(url: string, { request, answer, mfaToken }: Start): Promise<boolean> {
  heading('1. Get the MFA token');
  print(request, answer);
  const phone = someNumber();
  const association = await associate(url, mfaToken, phone);
  const code = await readCode(url, phone);
  const tokens = await confirm(url, mfaToken, members(association).oob_code as string, code);
  const authenticators = await list(url, request);
  const sms = (authenticators.body as Record<string, unknown>[]).find(
    (it) => it.oob_channel === 'sms',
  );
  const claims = await verify(url, members(tokens).access_token);
  const results = [
    check('the password alone is answered with mfa_required', answer.status === 403),
    check('the code confirms the authenticator', tokens.status === 200),
    check('GET /mfa/authenticators shows "active": true', sms?.active === true),
    check(`the access token verifies against the JWKS (sub ${claims?.sub})`, claims !== undefined),
  ];
  return results.every(Boolean);
}

async function main(): Promise<boolean> {
  let app = await runningApp();
  try {
    say(app.own ? `No app runs, so this is a fresh one: ${app.url}` : `Talking to ${app.url}`);
    let start = await getMfaToken(app.url);
    if (!start && !app.own) {
      app = await startApp();
      say(`There every tutorial user has a phone already, so this is a fresh app: ${app.url}`);
      start = await getMfaToken(app.url);
    }
    if (!start) throw new Error('no tutorial user was asked to enroll');
    return await tutorial(app.url, start);
  } finally {
    await app.stop();
  }
}

main().then(
  (held) => {
    process.exitCode = held ? 0 : 1;
  },
  (error: Error) => {
    console.error(`tutorial: ${error.message}`);
    process.exitCode = 1;
  },
);
