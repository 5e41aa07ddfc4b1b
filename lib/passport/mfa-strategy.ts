import type { AuthenticatorType, AuthenticatorTypeName } from '../core/authenticator-type.js';
import type { Mfa } from '../core/mfa.js';
import { Params } from '../core/params.js';
import { type Proven, proveSession } from '../core/session/session-login.js';
import { errors } from '../errors.js';
import { readParams } from '../http/body.js';
import { hasSession, stateOf } from '../http/browser-session.js';
import { setDeviceCookie } from '../http/device-cookie.js';
import type { Request } from '../http/express-types.js';
import { forRequest, infoOf } from '../http/request-context.js';
import { checkedMfa } from '../http/serve.js';
import { trustCheck } from '../http/trust-proxy.js';
import { bindProof } from './bind-proof.js';
import { type Outcome, run, type Success } from './strategy.js';

/** What Passport hands on as `info` and `request.authInfo` after a second factor. */
export interface MfaInfo {
  readonly amr: readonly string[];
  readonly acr: string | undefined;
  /** Seconds since 1970. */
  readonly authTime: number;
  /** The next recovery code, to be shown once. */
  readonly recoveryCode?: string | undefined;
}

/** Parameters of each kind of proof. */
const PARAMETERS: Readonly<Record<AuthenticatorTypeName, string>> = {
  otp: 'otp',
  oob: 'binding_code',
  'recovery-code': 'recovery_code',
};

/**
 * A second factor for Passport: `mfa_token` and a proof (`otp`; `oob_code` and `binding_code`; `recovery_code`) become a
 * user. With a session the login that waits in it is meant, whatever the request says; without one, the `mfa_token`.
 *
 * @example
 * ```ts
 * passport.use(new MfaStrategy(mfa))
 * app.post('/login/code', passport.authenticate('mfa'), (req, res) => res.redirect('/'))
 * ```
 */
export class MfaStrategy {
  /** `mfa`, or `mfa-otp`, `mfa-oob`, `mfa-recovery-code` for one that takes nothing else. */
  readonly name: string;
  private readonly mfa: Mfa;
  private readonly only: AuthenticatorTypeName | undefined;
  private readonly checkTrust: (request: Request) => void = trustCheck();

  /** @throws TypeError `ERR_MFA_ROUTER` */
  constructor(mfa: Mfa, { only }: { readonly only?: AuthenticatorTypeName | undefined } = {}) {
    this.mfa = checkedMfa('MfaStrategy', mfa);
    this.only = only;
    this.name = only === undefined ? 'mfa' : `mfa-${only}`;
  }

  /** Called by Passport. */
  authenticate(this: Outcome, request: Request): void {
    const self = this as Outcome & MfaStrategy;
    const mfa = forRequest(self.mfa, request);
    run(this, request, async () => {
      self.checkTrust(request);
      return judge(mfa, request, self.only);
    });
  }
}

/**
 * The strategy `mfa`, and one for each authenticator type of the app: `mfa-otp`, `mfa-oob`, `mfa-recovery-code`.
 *
 * @example
 * ```ts
 * for (const strategy of mfaStrategies(mfa)) passport.use(strategy)
 * ```
 */
export const mfaStrategies = (mfa: Mfa): readonly MfaStrategy[] => [
  new MfaStrategy(mfa),
  ...mfa.types.map(({ name }) => new MfaStrategy(mfa, { only: name })),
];

async function judge(
  mfa: Mfa,
  request: Request,
  only: AuthenticatorTypeName | undefined,
): Promise<Success> {
  const values = new Map(await readParams(request));
  const params = new Params(values);
  const type = typeOf(mfa, params, only);
  const asked = hasSession(request) ? stateOf(request).page?.['asked'] : undefined;
  const { handle } = (asked ?? {}) as { readonly handle?: unknown };
  if (!values.has('oob_code') && typeof handle === 'string') values.set('oob_code', handle);
  const proven = await proveSession(mfa, {
    token: tokenOf(request, params),
    type,
    proof: type.readProof(mfa, new Params(values)),
    request: infoOf(request),
    botCheck: params.optional('bot_check'),
    session: hasSession(request) ? stateOf(request).proof : undefined,
  });
  if (hasSession(request)) bindProof(request, proven);
  if (proven.device !== undefined && request.res) setDeviceCookie(request.res, proven.device);
  return { user: proven.user, info: infoFor(mfa, proven) };
}

function typeOf(
  mfa: Mfa,
  params: Params,
  only: AuthenticatorTypeName | undefined,
): AuthenticatorType {
  const fits = ({ name }: AuthenticatorType) =>
    only === undefined ? params.optional(PARAMETERS[name]) !== undefined : name === only;
  const found = mfa.types.find(fits);
  if (!found) throw errors.missingParameter(PARAMETERS[only ?? 'otp']);
  return found;
}

/**
 * A code is worth something only in the browser that gave the password: else somebody could log others in as themselves
 * (login CSRF). Without a session there is no browser to be held to.
 */
function tokenOf(request: Request, params: Params): string {
  const given = params.optional('mfa_token');
  if (!hasSession(request)) return given ?? params.required('mfa_token');
  const { login } = stateOf(request);
  if (!login || (given !== undefined && given !== login.token)) throw errors.malformedMfaToken();
  return login.token;
}

const infoFor = ({ tokens }: Mfa, { proof, recoveryCode }: Proven): MfaInfo => ({
  amr: proof.amr,
  acr: proof.amr.includes('recovery') ? undefined : tokens.multiFactor,
  authTime: Math.floor(proof.at / 1000),
  ...(recoveryCode !== undefined && { recoveryCode }),
});
