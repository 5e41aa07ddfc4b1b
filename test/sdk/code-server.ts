// A server with /authorize, and a browser in which Ann logs in: for SDKs that do the rest of the code flow.
import { authorizeRouter } from 'express-mfa';
import session from 'express-session';
import supertest from 'supertest';
import { OTP } from '../support/app.js';
import { browserClients } from '../support/browser.js';
import { loginPage } from '../support/login-page.js';
import { sdkServer } from './server.js';

/** A server, and a browser in which Ann has enrolled an authenticator app. */
export async function codeServer(scheme: 'http' | 'https') {
  const server = await sdkServer({
    scheme,
    clients: { findById: (id) => browserClients.find((it) => it.id === id) },
    paths: { authorize: '/' },
    before: [session({ secret: 'a secret of the tests', resave: false, saveUninitialized: false })],
  });
  server.app.use(authorizeRouter(server.mfa));
  server.app.use(loginPage(server.mfa));
  const http = supertest(server.url);
  const ann = { username: 'ann@example.com', password: 'correct horse' };
  const login = { client_id: 'app', grant_type: 'password', ...ann };
  const { mfa_token } = (await http.post('/oauth/token').send(login)).body;
  const bearer = { Authorization: `Bearer ${mfa_token}` };
  const { secret } = (await http.post('/mfa/associate').set(bearer).send(OTP)).body;
  const grant_type = 'http://auth0.com/oauth/grant-type/mfa-otp';
  const proof = { client_id: 'app', grant_type, mfa_token, otp: server.otp(secret) };
  await http.post('/oauth/token').send(proof).expect(200);

  const browser = supertest.agent(server.url);
  return {
    server,
    browser,
    /** Opens a URL, and logs in where that is asked for. @returns where the client is called back */
    async visit(url: URL): Promise<URL> {
      let answer = await browser.get(`${url.pathname}${url.search}`);
      while (answer.headers['location']?.startsWith('/login')) {
        server.skip(30);
        if (!answer.headers['location'].startsWith('/login/mfa')) {
          await browser.post('/login').send(ann).expect(200);
        }
        await browser
          .post('/login/mfa')
          .send({ otp: server.otp(secret) })
          .expect(200);
        const to = new URL(answer.headers['location'], server.url);
        answer = await browser.get(to.searchParams.get('returnTo') ?? '');
      }
      return new URL(answer.headers['location'] ?? '');
    },
  };
}
