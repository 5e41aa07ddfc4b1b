// The ways in for people at browsers, with a session that a password alone began.
import supertest, { type Response } from 'supertest';
import { form, ISSUER, PASSWORD, type Site } from './site.js';

const VICTIM = { username: 'victim@example.com', password: PASSWORD };
type Agent = ReturnType<typeof supertest.agent>;

/** A browser that gave the victim's password and no second factor, and the token of its forms. */
async function half({ server }: Site): Promise<{ readonly agent: Agent; readonly csrf: string }> {
  const agent = supertest.agent(server);
  await agent.post('/login').type('form').send(VICTIM).redirects(0).expect(303);
  const { text } = await agent.get('/login/mfa').expect(200);
  const csrf = /name="csrf"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf"/.exec(text);
  const token = csrf?.[1] ?? csrf?.[2];
  if (token === undefined) throw new Error('the page has no form');
  return { agent, csrf: token };
}

/** What the session may be after an attack: not logged in. */
async function stillOut(agent: Agent): Promise<void> {
  const whoami = await agent.get('/api/whoami');
  const account = await agent.get('/account').redirects(0);
  if (whoami.status !== 401 || account.status === 200) {
    throw new Error(`logged in: whoami ${whoami.status}, account ${account.status}`);
  }
}

const query = new URLSearchParams({
  client_id: 'spa',
  redirect_uri: 'https://spa.example.com/callback',
  response_type: 'code',
  scope: 'openid',
  state: 's',
  code_challenge: 'c'.repeat(43),
  code_challenge_method: 'S256',
  post_logout_redirect_uri: ISSUER,
  returnTo: '/account',
}).toString();

/** A page, with no session and with one that only the password began. */
export const page =
  (path: string) =>
  async (site: Site): Promise<readonly Response[]> => {
    const { agent } = await half(site);
    const answers = [];
    for (const asked of [path, `${path}?${query}`, `${path}?${query}&prompt=none`]) {
      answers.push(await site.http.get(asked).redirects(0), await agent.get(asked).redirects(0));
    }
    await stillOut(agent);
    return answers;
  };

/** A form, with everything that one of them takes, and everything that none should. */
export const formOf =
  (path: string) =>
  async (site: Site): Promise<readonly Response[]> => {
    const [id = ''] = site.ids;
    const fields = {
      authenticator: id,
      id,
      code: site.challenge.code,
      otp: '000000',
      recovery_code: 'A'.repeat(24),
      phone_number: '+15555550188',
      email: 'attacker@example.com',
      amount: '1',
      payee: 'attacker',
      amr: 'mfa',
      mfa: 'true',
      ...form({ mfa_token: site.challenge.token, oob_code: site.challenge.oobCode }),
    };
    const answers = [];
    for (const method of ['otp', 'sms', 'email']) {
      const { agent, csrf } = await half(site);
      const body = { ...fields, method, csrf, ...(path === '/login' && VICTIM) };
      const post = (by: Agent) => by.post(path).redirects(0);
      answers.push(
        await post(agent).type('form').send(body),
        await post(agent).type('json').send(body),
        await post(agent)
          .type('form')
          .send({ ...body, csrf: '' }),
        await post(site.http).type('form').send(body),
      );
      await stillOut(agent);
    }
    return answers;
  };

const GET = [
  '/',
  '/account',
  '/account/security',
  '/account/security/add',
  '/account/security/remove',
  '/account/statement',
  '/authorize',
  '/login',
  '/login/mfa',
  '/login/mfa/confirmed',
  '/login/mfa/recovery-code',
  '/login/mfa/step-up',
  '/oidc/logout',
  '/userinfo',
  '/v2/logout',
];
const POST = [
  '/account/security/add/again',
  '/account/security/add/enroll',
  '/account/security/add/enroll/resend',
  '/account/security/add/verify',
  '/account/security/forget',
  '/account/security/recovery-code',
  '/account/security/remove',
  '/account/transfer',
  '/authorize',
  '/login',
  '/login/code',
  '/login/mfa/again',
  '/login/mfa/enroll',
  '/login/mfa/enroll/resend',
  '/login/mfa/recovery',
  '/login/mfa/recovery-code',
  '/login/mfa/send',
  '/login/mfa/step-up',
  '/login/mfa/verify',
  '/logout',
  '/oidc/logout',
  '/userinfo',
  '/v2/logout',
];
/** What stands before the pages and answers nothing by itself. */
const BEFORE = ['<anonymous>', 'authenticate', 'closeUnread', 'helmetMiddleware', 'session'];

export const browserWays = {
  ...Object.fromEntries(GET.map((path) => [`GET ${path}`, page(path)])),
  ...Object.fromEntries(POST.map((path) => [`POST ${path}`, formOf(path)])),
  ...Object.fromEntries(BEFORE.map((name) => [`ANY / ${name}`, page('/')])),
};
