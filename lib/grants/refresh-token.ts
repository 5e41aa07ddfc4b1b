import { admitUser } from '../core/admit.js';
import type { Call } from '../core/call.js';
import { isFromBefore } from '../core/cut-off.js';
import { demandAgain } from '../core/login/demand-again.js';
import { alive } from '../core/login/transaction.js';
import { mfaRequired, requireFactor } from '../core/login/waiting.js';
import type { Mfa } from '../core/mfa.js';
import { type Access, OFFLINE_ACCESS, OIDC_SCOPES, resolveAccess } from '../core/oauth/audience.js';
import { authorizationErrors } from '../core/oauth/authorization-errors.js';
import { issueTokens } from '../core/oauth/issue-tokens.js';
import {
  endFamily,
  findFamily,
  type PresentedRefreshToken,
  readRefreshToken,
  rotate,
} from '../core/oauth/refresh-families.js';
import type { Family } from '../core/oauth/refresh-record.js';
import type { Params } from '../core/params.js';
import { errors } from '../errors.js';
import type { Client } from '../ports/index.js';
import type { Grant, GrantAnswer } from './grant.js';

/** `gty` of its access tokens. */
const GTY = 'refresh_token';

/** The next tokens of a login, for the same client and no more than it was granted (RFC 6749 section 6). */
export const refreshToken: Grant = {
  type: 'refresh_token',
  switchName: 'refresh_token',
  handle: refresh,
};

async function refresh(mfa: Mfa, call: Call, client: Client): Promise<GrantAnswer> {
  const presented = readRefreshToken(mfa, call.params.required('refresh_token'));
  if (!presented) throw authorizationErrors.invalidRefreshToken();
  const found = await findFamily(mfa, presented);
  const { family, userId } = found;
  if (family.clientId !== client.id) throw authorizationErrors.invalidRefreshToken();
  const { user, account, own } = await admitted(mfa, presented, found);
  const access = narrowed(mfa, call.params, { client, family });

  const wanted = { client, audience: access.audience, request: call.request };
  const demand = await demandAgain(mfa, { user, own }, wanted, provedFor(mfa, family, access));
  if (demand.needed !== 'none') {
    const { amr } = family.authentication;
    const login = { user, client, ...access, grant: GTY, amr, device: call.device };
    const opened = { ...login, epoch: family.epoch };
    throw mfaRequired(mfa, await requireFactor(mfa, opened, { account, own }, demand));
  }
  const next = await rotate(mfa, presented, { family, userId });
  const { authentication, kind, epoch } = family;
  const issue = { user, client, access, grant: GTY, authentication, kind, epoch };
  return { tokens: await issueTokens(mfa, { ...issue, refreshToken: next }) };
}

/** The user may have been blocked, deleted, or given a new password since (security.md ). */
async function admitted(
  mfa: Mfa,
  presented: PresentedRefreshToken,
  { userId, family }: { readonly userId: string; readonly family: Family },
) {
  const user = await admitUser(mfa, userId, authorizationErrors.refreshUserGone);
  const { account, authenticators } = await mfa.store.load({ userId });
  if (!account || isFromBefore(account, family)) {
    await endFamily(mfa, presented, { reused: false });
    throw authorizationErrors.invalidRefreshToken();
  }
  return { user, account, own: alive(authenticators, mfa.clock.now()) };
}

/**
 * What is asked for, as far as the login was granted it. The one audience beyond it is that of the MFA API, which takes
 * a second factor of now and nothing less (wire.md section 9; security.md ).
 */
function narrowed(
  mfa: Mfa,
  params: Params,
  { client, family }: { readonly client: Client; readonly family: Family },
): Access {
  const audience = params.optional('audience') ?? family.audience;
  const scope = params.optional('scope');
  const granted = family.scope.split(' ');
  const access = resolveAccess(mfa, { audience, scope: scope ?? family.scope, client });
  const isOther = access.audience !== family.audience;
  if (isOther && access.audience !== mfa.audience) throw errors.unknownAudience(audience);
  const about: readonly string[] = [...OIDC_SCOPES, OFFLINE_ACCESS];
  const within = access.scope.split(' ').filter((it) => {
    if (granted.includes(it)) return it !== OFFLINE_ACCESS || !isOther;
    return isOther && !about.includes(it);
  });
  return { ...access, scope: within.join(' ') };
}

/** For an audience that the login did not ask for, nothing was proved yet. */
const provedFor = (mfa: Mfa, { audience, authentication, kind }: Family, access: Access) =>
  access.audience === audience || access.audience !== mfa.audience
    ? { ...authentication, kind }
    : { ...authentication, kind, amr: authentication.amr.filter((it) => it !== 'mfa') };
