import express, { type Request, type Response, Router } from 'express';
import { type Mfa, requireMfa, type Users } from 'express-mfa';
import { formToken, requireFormToken } from 'express-mfa/pages';
import { formBody } from './bounded-body.js';
import {
  accountPage,
  homePage,
  siteHeaders,
  statementPage,
  type Transfer,
  transferredPage,
} from './site-pages.js';

/**
 * This app's own pages: an account for whoever is logged in, a statement that takes a fresh code, a transfer whose code is
 * good for that transfer only.
 */
export function exampleSite(mfa: Mfa, users: Users, hasOutbox: boolean): Router {
  const site = Router();
  site.use(['/', '/account'], siteHeaders, (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  const nameOf = async (id: string) => (await users.findById(id))?.name ?? id;

  // Passport's user is no guard: it may outlive the proof. What is somebody's own stands behind `requireMfa`.
  site.get('/', (request, response) => {
    response.send(homePage('user' in request && request.user !== undefined, hasOutbox));
  });

  site.get(
    '/account',
    requireMfa(mfa),
    handled(async (request, response) => {
      const name = await nameOf(request.auth?.sub ?? '');
      response.send(accountPage({ name, csrf: await formToken(mfa, request), hasOutbox }));
    }),
  );

  site.get('/account/statement', requireMfa(mfa, { maxAge: 300 }), (_request, response) => {
    response.send(statementPage());
  });

  site.post(
    '/account/transfer',
    ...formBody,
    requireFormToken(mfa),
    wellFormed,
    requireMfa(mfa, { bind: ({ body }) => ({ amount: body.amount, payee: body.payee }) }),
    (request, response) => {
      const { amount, payee } = request.body as Transfer;
      if (request.is('json')) return void response.json({ amount, payee });
      response.send(transferredPage({ amount, payee }));
    },
  );
  return site;
}

const WELL_FORMED = /^[\p{L}\p{N} .,'-]{1,40}$/u;

function wellFormed(request: Request, response: Response, next: () => void): void {
  const { amount, payee } = (request.body ?? {}) as Record<string, unknown>;
  const fits = [amount, payee].every((it) => typeof it === 'string' && WELL_FORMED.test(it));
  if (fits) {
    next();
    return;
  }
  const error_description = 'Give amount and payee: letters, digits, spaces.';
  response.status(400).json({ error: 'invalid_request', error_description });
}

/** Express 4 does not catch what a promise rejects with. */
const handled =
  (handler: (request: Request, response: Response) => Promise<void>): express.RequestHandler =>
  (request, response, next) => {
    handler(request, response).catch((error: unknown) => setImmediate(() => next(error)));
  };
