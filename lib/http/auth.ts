import type { Request } from 'express';
import type { Mfa } from '../core/mfa.js';
import { type ActionValues, actionOf, useApproval } from '../core/session/action.js';
import { admitProof } from '../core/session/session-proof.js';
import type { BoundAction } from '../ports/index.js';
import { changeState, keepOpen, proofOf, stateOf } from './browser-session.js';

/** Who made a request, and how they proved it; `request.auth` behind `requireMfa`. */
export interface Auth {
  /** The user's id. */
  readonly sub: string;
  /** Methods that passed (RFC 8176). */
  readonly amr: readonly string[];
  /** Set when a second factor passed that is no recovery code. */
  readonly acr: string | undefined;
  /** When the last of them passed (seconds since 1970). */
  readonly authTime: number;
  readonly via: 'session' | 'bearer';
  /** Of an access token. */
  readonly scope?: readonly string[] | undefined;
  /** Of an access token. */
  readonly clientId?: string | undefined;
  /** Of an access token. */
  readonly audience?: string | undefined;
}

declare global {
  namespace Express {
    interface Request {
      /** Set by `requireMfa`. */
      auth?: Auth;
    }
  }
}

/** A caller, as a guard sees them. */
export interface Identified {
  readonly auth: Auth;
  /** Digest of the one action that its access token is good for. */
  readonly confirms?: string | undefined;
  /** Whether this action was confirmed for this caller; uses it up. */
  approved(action: BoundAction): Promise<boolean>;
}

/** Whoever has the open session of the request. */
export async function bySession(mfa: Mfa, request: Request): Promise<Identified | undefined> {
  const proof = proofOf(mfa, request);
  const admitted = proof && (await admitProof(mfa, proof));
  if (!admitted) return undefined;
  await keepOpen(mfa, request, proof);
  const { sub, amr, at } = proof;
  return {
    auth: { sub, amr, acr: acrOf(mfa, amr), authTime: Math.floor(at / 1000), via: 'session' },
    async approved({ digest }) {
      const { approved } = stateOf(request);
      if (approved?.digest !== digest || approved.sub !== sub) return false;
      await changeState(request, { approved: undefined, action: undefined });
      return useApproval(mfa, approved.id, approved.until);
    },
  };
}

/** The token of `Authorization: Bearer` (RFC 6750 section 2.1); undefined when there is none, or none that can be one. */
export const bearerOf = ({ headers }: Pick<Request, 'headers'>): string | undefined =>
  /^bearer +([\w.~+/-]{1,4096}=*)$/i.exec(headers.authorization ?? '')?.[1];

/** Whoever has the access token of the request, when it is for one of these audiences. */
export async function byBearer(
  mfa: Mfa,
  token: string,
  audiences: readonly string[],
): Promise<Identified | undefined> {
  for (const audience of audiences) {
    const access = await mfa.tokens.verifyAccessToken(token, audience);
    if (!access) continue;
    // With `openid` it is for the userinfo endpoint too: it opens nothing of the host's.
    if (await mfa.tokens.verifyAccessToken(token, mfa.audience)) return undefined;
    const { sub, scope, clientId, authentication, id, expiresAt } = access;
    const { amr, at } = authentication;
    return {
      auth: {
        sub,
        amr,
        acr: acrOf(mfa, amr),
        authTime: Math.floor(at / 1000),
        via: 'bearer',
        scope,
        clientId,
        audience,
      },
      confirms: access.action,
      approved: async ({ digest }) => access.action === digest && useApproval(mfa, id, expiresAt),
    };
  }
  return undefined;
}

const acrOf = ({ tokens }: Mfa, amr: readonly string[]): string | undefined =>
  amr.includes('mfa') && !amr.includes('recovery') ? tokens.multiFactor : undefined;

/** The action of this request. */
export const requestedAction = (
  mfa: Mfa,
  request: Request,
  sub: string,
  values: ActionValues,
): BoundAction => actionOf(mfa, sub, `${request.method} ${request.baseUrl}${request.path}`, values);
