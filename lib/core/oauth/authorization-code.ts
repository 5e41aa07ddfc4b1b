import { sha256 } from '../../crypto/secrets.js';
import type { Authentication } from '../../tokens/tokens.js';
import type { Mfa } from '../mfa.js';
import { authorizationErrors } from './authorization-errors.js';

/** What an authorization code stands for. It travels in the code itself, sealed: the store keeps only that it was used. */
export interface CodeContent {
  /** 128 random bits. */
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
  /** SHA-256 of it. */
  readonly redirectUri: string;
  /** `code_challenge` (RFC 7636), always S256. */
  readonly challenge: string;
  readonly audience: string;
  readonly scope: string;
  readonly nonce?: string | undefined;
  readonly authentication: Authentication;
  /** Kind of the authenticator that passed. */
  readonly kind?: string | undefined;
  /** `Account.cutOff.epoch` at the login. */
  readonly epoch: number;
  /** Milliseconds. */
  readonly expiresAt: number;
}

/** security.md D21 */
const LIFETIME_MS = 60_000;
/** A use is remembered for longer than a code lives on any clock. */
const USED_MS = 600_000;

/** Longer parameters are not read. */
const MAX_LENGTH = 2048;

const identity = (mfa: Mfa) => ['authorization_code', mfa.issuer];

/** A new code, good for 60 seconds and one use. @throws OAuthError when it would not fit into a parameter */
export function makeCode(
  mfa: Mfa,
  { redirectUri, ...content }: Omit<CodeContent, 'id' | 'expiresAt'>,
): string {
  const whole: CodeContent = {
    ...content,
    redirectUri: sha256(redirectUri),
    id: mfa.random.bytes(16).toString('base64url'),
    expiresAt: mfa.clock.now() + LIFETIME_MS,
  };
  const code = mfa.seal.seal(JSON.stringify(whole), identity(mfa));
  if (code.length > MAX_LENGTH) throw authorizationErrors.tooMuch();
  return code;
}

/** @returns undefined when it is none of ours, or too old */
export function openCode(mfa: Mfa, code: string): CodeContent | undefined {
  let content: CodeContent;
  try {
    content = JSON.parse(mfa.seal.open(code, identity(mfa))) as CodeContent;
  } catch {
    return undefined;
  }
  return mfa.clock.now() < content.expiresAt ? content : undefined;
}

/** Whether the verifier is the one that the code was asked for with (RFC 7636 section 4.6). */
export const fitsVerifier = ({ challenge }: CodeContent, verifier: string): boolean =>
  sha256(verifier) === challenge;

/** Whether this is the first use of the code, over all processes (security.md R-095). */
export async function claimCode(mfa: Mfa, { id }: CodeContent): Promise<boolean> {
  const used = { key: `code ${id}`, limit: 1, length: USED_MS };
  return (await mfa.store.reserve([used], mfa.clock.now())).granted;
}
