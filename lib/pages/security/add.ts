import { admitUser } from '../../core/admit.js';
import { enrollableKinds } from '../../core/login/demand.js';
import { accessTransactionId } from '../../core/login/transaction.js';
import { SESSION_CLIENT } from '../../core/session/session-client.js';
import { amrOf } from '../../core/session/session-login.js';
import { newProof } from '../../core/session/session-proof.js';
import { verify } from '../../core/verification.js';
import { openSession } from '../../http/browser-session.js';
import { infoOf } from '../../http/request-context.js';
import { confirmView } from '../flow/confirm.js';
import { type EnrollmentDoor, enroll, enrollAgain, enrollView } from '../flow/enroll.js';
import { type PageState, pageStateOf, remember } from '../flow/page-state.js';
import { liveEnrolling } from '../flow/second-factor.js';
import { judged, readCode } from '../flow/verify.js';
import type { Page, Visit } from '../page.js';
import { isOwner, type Owner, ownerOf } from './owner.js';

const BY_RECOVERY = { fresh: true, recovery: true };

/** Enrolling in an open session. */
async function settingsDoor(
  { mfa, site, request }: Visit,
  { access, user }: Owner,
): Promise<EnrollmentDoor> {
  const question = { client: SESSION_CLIENT, audience: mfa.audience, request: infoOf(request) };
  return {
    path: `${site.paths.security}/add`,
    transactionId: accessTransactionId(access),
    access,
    kinds: await enrollableKinds(mfa, user, question),
    user,
  };
}

/** `GET /account/security/add` */
export async function addPage(visit: Visit): Promise<Page> {
  const owner = await ownerOf(visit, BY_RECOVERY);
  if (!isOwner(owner)) return owner;
  const door = await settingsDoor(visit, owner);
  const enrolling = liveEnrolling(visit, owner.own);
  if (!enrolling) return { view: enrollView(visit, door, { back: visit.site.paths.security }) };
  const { transaction } = await visit.mfa.store.load({ transactionId: door.transactionId });
  return { view: confirmView(visit, enrolling, door.path, transaction) };
}

/** `POST /account/security/add/enroll` and `…/enroll/resend` */
export const addEnroll =
  (again: boolean) =>
  async (visit: Visit): Promise<Page> => {
    const owner = await ownerOf(visit, BY_RECOVERY);
    if (!isOwner(owner)) return owner;
    const door = await settingsDoor(visit, owner);
    if (!again) return enroll(visit, door, { back: visit.site.paths.security });
    const { transaction } = await visit.mfa.store.load({ transactionId: door.transactionId });
    return enrollAgain(visit, door, transaction);
  };

/** `POST /account/security/add/again` */
export async function addAgain(visit: Visit): Promise<Page> {
  await remember(visit, { recovery: pageStateOf(visit.state).recovery });
  return { to: `${visit.site.paths.security}/add` };
}

/** `POST /account/security/add/verify` */
export async function addVerify(visit: Visit): Promise<Page> {
  const owner = await ownerOf(visit, { fresh: false });
  if (!isOwner(owner)) return owner;
  const enrolling = liveEnrolling(visit, owner.own);
  if (!enrolling) return { to: `${visit.site.paths.security}/add` };
  const door = await settingsDoor(visit, owner);
  const again = (text: string) => confirmView(visit, enrolling, door.path, undefined, text);
  return judged(visit, again, async () => {
    const { mfa, request, site } = visit;
    const { access, proof } = owner;
    const verified = await verify(
      mfa,
      {
        ...readCode(visit, enrolling),
        token: { id: door.transactionId, access },
        client: SESSION_CLIENT,
        request: infoOf(request),
      },
      (userId) => admitUser(mfa, userId),
    );
    if (!proof.amr.includes('mfa')) {
      const proven = newProof(mfa, { ...proof, amr: amrOf(verified) }); // the session has a second factor now
      await openSession(request, { user: owner.user, state: { proof: proven }, keep: true });
    }
    return added(visit, pageStateOf(visit.state).recovery, site.paths.security);
  });
}

async function added(visit: Visit, recovery: string | undefined, then: string): Promise<Page> {
  const page: PageState =
    recovery === undefined ? { notice: 'added' } : { show: { code: recovery, next: then } };
  await remember(visit, page);
  return { to: recovery === undefined ? then : `${visit.site.paths.mfa}/recovery-code` };
}
