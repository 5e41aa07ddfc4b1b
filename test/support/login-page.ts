import express, { type RequestHandler } from 'express';
import type { Mfa } from 'express-mfa';
import { Params } from '../../lib/core/params.js';
import { proveSession, startSessionLogin } from '../../lib/core/session/session-login.js';
import {
  changeState,
  openSession,
  proofOf,
  renewSession,
  stateOf,
} from '../../lib/http/browser-session.js';
import { infoOf } from '../../lib/http/request-context.js';
import { type TestAppOptions, testHost } from './app.js';

/** What a host writes itself, or has from the pages. */
export function loginPage(mfa: Mfa, users?: TestAppOptions['seedUsers']): RequestHandler {
  const host = testHost(users).users;
  const router = express.Router();
  router.use(express.json());
  router.get('/login', (request, response) => void response.send(`Log in: ${request.url}`));
  router.get('/login/mfa', (request, response) => {
    const { login } = stateOf(request);
    response.json({ needed: login?.needed, returnTo: login?.returnTo });
  });
  router.get('/me', (request, response) => void response.json(proofOf(mfa, request) ?? null));
  router.post('/login', async (request, response) => {
    const user = host.authenticate(request.body.username, request.body.password);
    if (!user) return void response.status(401).end();
    const visitor = { request: infoOf(request), device: undefined };
    const step = await startSessionLogin(mfa, { user, ...visitor });
    if (step.needed === 'none') await openSession(request, { user, state: { proof: step.proof } });
    else await renewSession(request, { login: { token: step.token, needed: step.needed } });
    response.json({ needed: step.needed });
  });
  router.post('/login/mfa', async (request, response) => {
    const { login, proof } = stateOf(request);
    const type = mfa.types.find(({ name }) => name === (request.body.type ?? 'otp'));
    if (!login || !type) return void response.status(400).end();
    const given = type.readProof(mfa, new Params(new Map(Object.entries(request.body))));
    const { token } = login;
    const proven = await proveSession(mfa, {
      token,
      type,
      proof: given,
      request: infoOf(request),
      session: proof,
    });
    await openSession(request, { user: proven.user, state: { proof: proven.proof } });
    await changeState(request, { login: undefined });
    response.json({ amr: proven.proof.amr });
  });
  return router;
}
