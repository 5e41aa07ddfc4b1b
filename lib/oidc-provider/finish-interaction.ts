import { demandAgain } from '../core/login/demand-again.js';
import type { Mfa } from '../core/mfa.js';
import { SESSION_CLIENT } from '../core/session/session-client.js';
import { SESSION } from '../core/session/session-login.js';
import { type Admitted, admitProof } from '../core/session/session-proof.js';
import { startStepUp } from '../core/session/step-up.js';
import { configurationError } from '../errors.js';
import { changeState, keepOpen, proofOf } from '../http/browser-session.js';
import { readDeviceCookie } from '../http/device-cookie.js';
import { sendRedirect } from '../http/document.js';
import type { NextFunction, Request, RequestHandler, Response } from '../http/express-types.js';
import { isPagePath } from '../http/page-path.js';
import { forRequest, infoOf } from '../http/request-context.js';
import { checkedMfa } from '../http/serve.js';
import { trustCheck } from '../http/trust-proxy.js';
import { pathOf } from '../http/visitor.js';
import { asksForFactor, isRecent } from './asked-for.js';
import type { InteractionDetails, InteractionHost, InteractionLogin } from './interaction.js';

/** Options of `finishInteraction`. */
export interface FinishOptions {
  /** Page where people log in. Gets `returnTo`, and sends back there. Default `/login`. */
  readonly login?: string | undefined;
  /** Page where somebody who is logged in proves a second factor. Default `/login/mfa`. */
  readonly page?: string | undefined;
}

/**
 * The page of an interaction of `oidc-provider`: whoever is logged in well enough goes on to the app, with `amr`, `acr`
 * and `auth_time` of what this browser proved; whoever is not is led to the login page or to the second factor, and
 * comes back here. Prompts other than `login` are handed to the next handler.
 *
 * @throws TypeError `ERR_MFA_ROUTER`, `ERR_MFA_OPTION`
 * @example
 * ```ts
 * app.get('/interaction/:uid', finishInteraction(mfa, provider), consent)
 * ```
 */
export function finishInteraction(
  mfa: Mfa,
  provider: InteractionHost,
  { login = '/login', page = '/login/mfa' }: FinishOptions = {},
): RequestHandler {
  checkedMfa('finishInteraction', mfa);
  for (const [name, path] of Object.entries({ login, page })) {
    if (isPagePath(path)) continue;
    const problem = 'write a path of this origin';
    throw configurationError('ERR_MFA_OPTION', `finishInteraction.${name}`, problem);
  }
  const checkTrust = trustCheck();
  return (request: Request, response: Response, next: NextFunction) => {
    const answer = async (): Promise<boolean> => {
      checkTrust(request);
      const bridge = { mfa: forRequest(mfa, request), provider, login, page };
      return answered(bridge, request, response);
    };
    void serve(answer(), next);
  };
}

async function serve(answer: Promise<boolean>, next: NextFunction): Promise<void> {
  let isAnswered = true;
  try {
    isAnswered = await answer;
  } catch (error) {
    next(error); // the provider's own errors are the host's, too
  }
  if (!isAnswered) next();
}

interface Bridge extends Required<FinishOptions> {
  readonly mfa: Mfa;
  readonly provider: InteractionHost;
  readonly login: string;
  readonly page: string;
}

/** @returns whether it was ours to answer */
async function answered(bridge: Bridge, request: Request, response: Response): Promise<boolean> {
  const details = await bridge.provider.interactionDetails(request, response);
  if (details.prompt.name !== 'login') return false;
  await go(bridge, details, request, response);
  return true;
}

async function go(
  { mfa, provider, login, page }: Bridge,
  details: InteractionDetails,
  request: Request,
  response: Response,
): Promise<void> {
  const proof = proofOf(mfa, request);
  const admitted = proof && (await admitProof(mfa, proof));
  if (!admitted || !isRecent(mfa, details, admitted.proof)) {
    const query = new URLSearchParams({ returnTo: pathOf(request) });
    const { login_hint: hint } = details.params;
    if (typeof hint === 'string') query.set('login_hint', hint);
    if (admitted) query.set('prompt', 'login');
    return sendRedirect(response, `${login}?${query}`);
  }
  await keepOpen(mfa, request, admitted.proof);
  if (await lacksFactor(mfa, details, admitted, request)) {
    const visitor = { request: infoOf(request), device: readDeviceCookie(request) };
    const { token, needed } = await startStepUp(mfa, { proof: admitted.proof, ...visitor });
    const returnTo = pathOf(request);
    await changeState(request, { login: { token, needed, returnTo }, page: undefined });
    return sendRedirect(response, `${page}?${new URLSearchParams({ returnTo })}`);
  }
  const result = { login: loginOf(mfa, admitted) };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

/** The policy is asked as for any other session (security.md R-003). */
async function lacksFactor(
  mfa: Mfa,
  details: InteractionDetails,
  admitted: Admitted,
  request: Request,
): Promise<boolean> {
  const wanted = {
    client: SESSION_CLIENT,
    audience: SESSION,
    request: infoOf(request),
    multiFactor: asksForFactor(mfa, details),
  };
  return (await demandAgain(mfa, admitted, wanted, admitted.proof)).needed !== 'none';
}

function loginOf({ tokens }: Mfa, { proof: { sub, amr, at } }: Admitted): InteractionLogin {
  const strong = amr.includes('mfa') && !amr.includes('recovery');
  return {
    accountId: sub,
    amr: [...amr],
    ...(strong && { acr: tokens.multiFactor }),
    ts: Math.floor(at / 1000),
    remember: false,
  };
}
