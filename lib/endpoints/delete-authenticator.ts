import { readBearer } from '../core/caller.js';
import { removeAuthenticator } from '../core/enrollment/removal.js';
import { errors } from '../errors.js';
import type { Endpoint } from './endpoint.js';

/** `DELETE /mfa/authenticators/:id` (wire.md section 7). */
export const deleteAuthenticator: Endpoint = {
  method: 'DELETE',
  path: '/authenticators/:id',
  async handle(mfa, call) {
    const needs = { scope: 'remove:authenticators', mfaTokenAllowed: false } as const;
    const { access } = await readBearer(mfa, call, needs);
    if (!access) throw errors.invalidBearer();
    await removeAuthenticator(mfa, { access, wireId: call.pathId ?? '', request: call.request });
    return { status: 204 };
  },
};
