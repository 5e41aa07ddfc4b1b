import type { AuthenticatorType } from '../../core/authenticator-type.js';
import { Params } from '../../core/params.js';
import { type Proven, proveSession } from '../../core/session/session-login.js';
import { trustDevice } from '../../core/session/trusted-device.js';
import { errors, OAuthError } from '../../errors.js';
import { openSession } from '../../http/browser-session.js';
import { deviceName } from '../../http/device-name.js';
import { provenState } from '../../http/proven-session.js';
import { infoOf } from '../../http/request-context.js';
import { explain } from '../explain.js';
import { answeredAs, type Page, type Visit } from '../page.js';
import type { View } from '../view.js';
import { confirmView } from './confirm.js';
import { pageStateOf, remember, sealed } from './page-state.js';
import { readPending } from './pending.js';
import { challengeView, liveEnrolling, mayTrust } from './second-factor.js';

/** What a code is compared by: an enrollment under way, or what the visitor was asked for. */
export interface Expected {
  readonly type: string;
  readonly digits: number;
  readonly handle?: string | undefined;
}

/** `POST /login/mfa/verify` */
export async function verifyCode(visit: Visit): Promise<Page> {
  const pending = await readPending(visit);
  const { site, state } = visit;
  const enrolling = liveEnrolling(visit, pending.step.authenticators);
  const expected = enrolling ?? pageStateOf(state).asked;
  if (!expected) return { to: site.paths.mfa };
  const again = (text: string) =>
    enrolling
      ? confirmView(visit, enrolling, site.paths.mfa, pending.step.transaction, text)
      : challengeView(visit, pending, { error: text, way: undefined });
  return judged(visit, again, async () => {
    const proven = await prove(visit, readCode(visit, expected));
    return finish(visit, proven);
  });
}

/** `POST /login/mfa/recovery` */
export async function verifyRecovery(visit: Visit): Promise<Page> {
  const pending = await readPending(visit);
  const { mfa, fields, texts } = visit;
  const again = (error: string) => challengeView(visit, pending, { error, way: 'recovery' });
  const code = fields.optional('recovery_code');
  if (code === undefined) return { view: again(texts.errors.recoveryEmpty), status: 400 };
  const type = mfa.types.find(({ name }) => name === 'recovery-code');
  if (!type) throw errors.noRecoveryCode();
  const proof = type.readProof(mfa, new Params(new Map([['recovery_code', code]])));
  return judged(visit, again, async () => finish(visit, await prove(visit, { type, proof })));
}

/** The page comes back with a word when the code was refused, unless the login is over. */
export async function judged(
  { texts }: Visit,
  again: (text: string) => View,
  attempt: () => Promise<Page>,
): Promise<Page> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof OAuthError) || isOver(error)) throw error;
    return { view: again(explain(texts, error)), ...answeredAs(error) };
  }
}

const OVER = [
  errors.expiredMfaToken(),
  errors.malformedMfaToken(),
  errors.alreadyEnrolled(),
  errors.userBlocked(),
];
const isOver = ({ message }: OAuthError): boolean => OVER.some((it) => it.message === message);

/** @throws OAuthError when it is no code at all; that is no guess */
export function readCode({ mfa, fields, texts }: Visit, expected: Expected) {
  const code = (fields.optional('code') ?? '').replace(/[\s-]/g, '');
  const { digits, handle } = expected;
  if (code.length !== digits || !/^\d+$/.test(code)) throw noCode(texts.errors.digits(digits));
  const type = mfa.types.find(({ name }) => name === expected.type) as AuthenticatorType;
  const values =
    handle === undefined
      ? [['otp', code]]
      : [
          ['oob_code', handle],
          ['binding_code', code],
        ];
  const proof = type.readProof(mfa, new Params(new Map(values as [string, string][])));
  return { type, proof };
}

const noCode = (text: string): OAuthError => new OAuthError(400, 'no_code', text);

const prove = (
  { mfa, request, state }: Visit,
  submitted: Pick<Parameters<typeof proveSession>[1], 'type' | 'proof'>,
): Promise<Proven> =>
  proveSession(mfa, {
    ...submitted,
    token: state.login?.token ?? '',
    request: infoOf(request),
    session: state.proof,
  });

/** The session is open; a recovery code is shown before the visitor goes on. */
async function finish(visit: Visit, proven: Proven): Promise<Page> {
  const { request, state, site } = visit;
  const keep = state.proof?.sub === proven.user.id;
  const after = provenState(request, proven);
  await openSession(request, { user: proven.user, state: after, keep });
  if (proven.device !== undefined) visit.setDevice(proven.device);
  await trust(visit, proven);
  const then = after.action ? `${site.paths.mfa}/confirmed` : (state.login?.returnTo ?? site.home);
  const next = proven.recoveryCode;
  const code = next === undefined ? pageStateOf(state).recovery : sealed(visit, 'recovery', next);
  if (code === undefined) return { to: then };
  await remember(visit, { show: { code, next: then } });
  return { to: `${site.paths.mfa}/recovery-code` };
}

/** The visitor wants this device trusted; a recovery code trusts none. */
async function trust(visit: Visit, { user, transaction, recoveryCode }: Proven): Promise<void> {
  const { mfa, request, fields } = visit;
  const wanted = fields.optional('trust') === '1' && recoveryCode === undefined;
  if (!wanted || !mayTrust(visit, { transaction })) return;
  const token = await trustDevice(mfa, { userId: user.id, name: deviceName(request) });
  if (token !== undefined) visit.setTrusted(token);
}
