import { admitUser } from '../core/admit.js';
import type { Entry } from '../core/authenticator-type.js';
import { readBearer } from '../core/caller.js';
import { isFromBefore } from '../core/cut-off.js';
import { entriesOf, isUsable } from '../core/enrollment/enrolled.js';
import { alive, isOver } from '../core/login/transaction.js';
import type { Mfa } from '../core/mfa.js';
import { identifyClient } from '../core/oauth/client-auth.js';
import { errors } from '../errors.js';
import type { Account, Authenticator } from '../ports/index.js';
import type { Endpoint } from './endpoint.js';

/** `GET /mfa/authenticators`: a bare array, masked (wire.md section 6). */
export const listAuthenticators: Endpoint = {
  method: 'GET',
  path: '/authenticators',
  async handle(mfa, call) {
    const needs = { scope: 'read:authenticators', mfaTokenAllowed: true } as const;
    const { transactionId, access } = await readBearer(mfa, call, needs);
    const keys = access ? { userId: access.sub } : { transactionId };
    const { transaction, account, authenticators } = await mfa.store.load(keys);
    const now = mfa.clock.now();
    const live = transaction && !isOver({ account }, transaction, now) ? transaction : undefined;
    const clientId = access?.clientId ?? live?.clientId;
    if (!account || clientId === undefined) throw errors.invalidBearer();
    if (access && isFromBefore(account, access)) throw errors.invalidBearer();
    await admitUser(mfa, account.userId, errors.invalidBearer);
    await identifyClient(mfa, call, clientId);
    const entries = entriesOf(mfa, newest(alive(authenticators, now)));
    return { status: 200, body: entries.map((entry) => lineOf(mfa, account, entry)) };
  },
};

/** Of the pending ones only the newest of each kind: earlier ones were given up, most likely. */
const newest = (authenticators: readonly Authenticator[]): readonly Authenticator[] =>
  authenticators.filter(
    (it) =>
      it.status !== 'pending' ||
      !authenticators.some(
        (other) =>
          other.status === 'pending' && other.kind === it.kind && other.createdAt > it.createdAt,
      ),
  );

function lineOf(mfa: Mfa, account: Account, { id, type, channel, authenticator }: Entry) {
  const { name, kind, createdAt, usedAt } = authenticator;
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    id,
    authenticator_type: type.name,
    active: isUsable(mfa, account, authenticator),
    ...(channel !== undefined && { oob_channel: channel }),
    ...(name !== undefined && { name }),
    type: kind,
    created_at: iso(createdAt),
    ...(usedAt !== undefined && { last_auth: iso(usedAt) }),
  };
}
