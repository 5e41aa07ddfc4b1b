import { chooseAgain, enrollHere, enrollHereAgain, sendCode } from './flow/choose.js';
import { confirmedPage } from './flow/confirmed.js';
import { logIn, loginPage } from './flow/login.js';
import { recoveryCodeSaved, showRecoveryCode } from './flow/recovery-code.js';
import { secondFactor } from './flow/second-factor.js';
import { stepUp, stepUpPage } from './flow/step-up.js';
import { verifyCode, verifyRecovery } from './flow/verify.js';
import type { Handler } from './page.js';
import { addAgain, addEnroll, addPage, addVerify } from './security/add.js';
import { forget } from './security/forget.js';
import { overview } from './security/overview.js';
import { newRecoveryCode } from './security/recovery-code.js';
import { remove, removePage } from './security/remove.js';
import type { Site } from './site.js';

/** What one path answers. A form without a GET leads a visitor who reloads it to the page that has it. */
export interface Route {
  readonly GET?: Handler;
  readonly POST?: Handler;
  /** Where a GET of a path that only takes forms leads. */
  readonly page?: string;
}

/** Every page, by its path. */
export function routesOf({
  paths: { login, mfa, security },
  loginPage: ours,
}: Site): ReadonlyMap<string, Route> {
  const form = (page: string, POST: Handler): Route => ({ POST, page });
  const add = `${security}/add`;
  return new Map<string, Route>([
    ...(ours ? [[login, { GET: loginPage, POST: logIn }] as const] : []),
    [mfa, { GET: secondFactor }],
    [`${mfa}/enroll`, form(mfa, enrollHere)],
    [`${mfa}/enroll/resend`, form(mfa, enrollHereAgain)],
    [`${mfa}/again`, form(mfa, chooseAgain)],
    [`${mfa}/send`, form(mfa, sendCode)],
    [`${mfa}/verify`, form(mfa, verifyCode)],
    [`${mfa}/recovery`, form(mfa, verifyRecovery)],
    [`${mfa}/recovery-code`, { GET: showRecoveryCode, POST: recoveryCodeSaved }],
    [`${mfa}/confirmed`, { GET: confirmedPage }],
    [`${mfa}/step-up`, { GET: stepUpPage, POST: stepUp }],
    [security, { GET: overview }],
    [add, { GET: addPage }],
    [`${add}/enroll`, form(add, addEnroll(false))],
    [`${add}/enroll/resend`, form(add, addEnroll(true))],
    [`${add}/again`, form(add, addAgain)],
    [`${add}/verify`, form(add, addVerify)],
    [`${security}/remove`, { GET: removePage, POST: remove }],
    [`${security}/forget`, form(security, forget)],
    [`${security}/recovery-code`, form(security, newRecoveryCode)],
  ]);
}
