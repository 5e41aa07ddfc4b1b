import { admitUser } from '../../core/admit.js';
import { isEnrolled } from '../../core/enrollment/enrolled.js';
import type { Authenticator } from '../../ports/index.js';
import type { Page, Visit } from '../page.js';
import type { View } from '../view.js';
import { confirmView } from './confirm.js';
import { type EnrollmentDoor, enrollView } from './enroll.js';
import { type Enrolling, pageStateOf } from './page-state.js';
import { type Pending, readPending, waysLeft } from './pending.js';

/** `GET /login/mfa`: what this login waits for, by the state of the store and nothing else. */
export async function secondFactor(visit: Visit): Promise<Page> {
  const { state, site } = visit;
  if (!state.login) return { to: state.proof ? site.home : site.paths.login };
  const pending = await readPending(visit);
  if (isEnrolled(pending.step.authenticators)) return { view: challengeView(visit, pending) };
  const enrolling = liveEnrolling(visit, pending.step.authenticators);
  const door = await loginDoor(visit, pending);
  if (!enrolling) return { view: enrollView(visit, door) };
  return { view: confirmView(visit, enrolling, door.path, pending.step.transaction) };
}

/** The enrollment that this session has under way, unless it was displaced or expired. */
export const liveEnrolling = (
  { state }: Pick<Visit, 'state'>,
  own: readonly Authenticator[],
): Enrolling | undefined => {
  const { enrolling } = pageStateOf(state);
  const lives = own.some((it) => it.id === enrolling?.authenticatorId && it.status === 'pending');
  return lives ? enrolling : undefined;
};

/** Enrolling in a login that waits. */
export async function loginDoor(
  { mfa, site }: Visit,
  { step: { transaction } }: Pending,
): Promise<EnrollmentDoor> {
  return {
    path: site.paths.mfa,
    transactionId: transaction.id,
    kinds: transaction.kinds,
    user: await admitUser(mfa, transaction.userId),
  };
}

/** At a login, and where the host offers it; not for a step-up or an action (security.md D30). */
export const mayTrust = (
  { mfa, state }: Pick<Visit, 'mfa' | 'state'>,
  { transaction }: Pick<Pending['step'], 'transaction'>,
): boolean =>
  mfa.settings.trustedDevices !== undefined && !state.proof && transaction.action === undefined;

/** The view that asks for the second factor that the visitor chose, or lets them choose. */
export function challengeView(
  visit: Visit,
  { step }: Pending,
  { error, way = visit.query.optional('way') }: { error?: string; way?: string | undefined } = {},
): View {
  const { site, mfa, state } = visit;
  const path = site.paths.mfa;
  const { ways, recovery } = waysLeft(visit, step);
  const other = `${path}?way=other`;
  const action = step.transaction.action?.text;
  if (way === 'recovery' && recovery) {
    return { page: 'recovery', form: visit.form(`${path}/recovery`), other, error };
  }
  const { asked } = pageStateOf(state);
  const chosen = way === 'other' ? undefined : ways.find(({ id }) => id === asked?.id);
  if (!asked || !chosen) {
    const link = recovery ? `${path}?way=recovery` : undefined;
    return { page: 'ways', form: visit.form(`${path}/send`), ways, recovery: link, action, error };
  }
  const wait = Math.ceil((step.transaction.nextSendAt - mfa.clock.now()) / 1000);
  const form = visit.form(`${path}/send`);
  return {
    page: 'code',
    form: visit.form(`${path}/verify`),
    way: chosen.way,
    name: chosen.name,
    digits: asked.digits,
    action,
    error,
    ...(chosen.way !== 'otp' && {
      resend: { form, authenticator: chosen.id, inSeconds: Math.max(0, wait) },
    }),
    other: ways.length > 1 || recovery ? other : undefined,
    mayTrust: mayTrust(visit, step),
  };
}
