// "Associate an Out-of-Band Authenticator", the three steps as real requests. `npm run tutorial`
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { runningApp } from './tutorial-app.js';
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

/** The first user without an authenticator; when all have one, the first that can be challenged. */
async function getMfaToken(url: string) {
  const tried: { request: Exchange; answer: Answer; enroll: boolean }[] = [];
  for (const username of USERS) {
    const request = login(url, username);
    const answer = await send(request);
    const requirements = members(answer).mfa_requirements as { enroll?: unknown } | undefined;
    tried.push({ request, answer, enroll: requirements?.enroll !== undefined });
    if (tried.at(-1)?.enroll) break;
  }
  const chosen =
    tried.find(({ enroll }) => enroll) ?? tried.find(({ answer }) => answer.status === 403);
  if (!chosen) throw new Error(`nobody can log in: ${JSON.stringify(tried[0]?.answer)}`);
  print(chosen.request, chosen.answer);
  return { ...chosen, mfaToken: members(chosen.answer).mfa_token as string };
}

/** A number that is reserved for fiction: 555-0100 to 555-0199 of some area codes. */
function someNumber(): string {
  const areas = [202, 212, 303, 312, 404, 415, 503, 512, 602, 617, 702, 713, 808, 907];
  const area = areas[Math.floor(Math.random() * areas.length)];
  return `+1${area}555${String(100 + Math.floor(Math.random() * 100)).padStart(4, '0')}`;
}

/** Step 2, or what replaces it for a user who has a phone already: a challenge. */
async function associate(url: string, mfaToken: string, phone: string): Promise<Answer> {
  heading('2. Request association of the authenticator');
  return exchange({
    method: 'POST',
    url: `${url}/mfa/associate`,
    headers: { authorization: `Bearer ${mfaToken}` },
    json: { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: phone },
  });
}

async function challenge(url: string, mfaToken: string): Promise<Answer> {
  heading('2. Every tutorial user has a phone already: challenge it instead');
  return exchange({
    method: 'POST',
    url: `${url}/mfa/challenge`,
    json: { mfa_token: mfaToken, challenge_type: 'oob', ...CLIENT },
  });
}

/** What the person reads on the phone. Of a number that is not known, the answer shows the last digits. */
async function readCode(url: string, phone: string | undefined, masked = ''): Promise<string> {
  const to = phone === undefined ? '' : `?to=${encodeURIComponent(phone)}`;
  const request: Exchange = { method: 'GET', url: `${url}/dev/outbox.json${to}` };
  const answer = await send(request);
  const messages = answer.body as { to: string; code: string }[];
  const newest = messages.find((it) => it.to.endsWith(masked.slice(-4)));
  if (!newest) throw new Error('no message arrived');
  say('On the phone (GET /dev/outbox.json):');
  print(request, { ...answer, body: [newest] });
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

async function tutorial(url: string): Promise<boolean> {
  heading('1. Get the MFA token');
  const { request, answer, enroll, mfaToken } = await getMfaToken(url);
  const phone = enroll ? someNumber() : undefined;
  const started = phone ? await associate(url, mfaToken, phone) : await challenge(url, mfaToken);
  const oobCode = members(started).oob_code as string;
  const code = await readCode(url, phone, members(started).name);
  const tokens = await confirm(url, mfaToken, oobCode, code);
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

const app = await runningApp();
try {
  say(app.own ? `No app runs, so one was started: ${app.url}` : `Talking to ${app.url}`);
  process.exitCode = (await tutorial(app.url)) ? 0 : 1;
} catch (error) {
  console.error(`tutorial: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await app.stop();
}
