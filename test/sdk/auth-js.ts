// What the auth-js tests share: a client whose fetch turns https into http, and nothing else.
import { AuthClient, isMfaRequiredError, TokenByPasswordError } from '@auth0/auth0-auth-js';
import { expect } from 'vitest';
import type { SdkServer } from './server.js';

export const ANN = { username: 'ann@example.com', password: 'correct horse' };

export function authClient(server: SdkServer, { clientId = 'web', secret = 'web-secret' } = {}) {
  const customFetch: typeof fetch = (input, init) =>
    fetch(String(input instanceof Request ? input.url : input).replace(/^https:/, 'http:'), init);
  return new AuthClient({ domain: server.domain, clientId, clientSecret: secret, customFetch });
}

/** The error that a promise ends with, of the class it has to be. */
export async function rejection<T extends Error>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => T,
): Promise<T> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(type);
  return error as T;
}

/** @returns what a login with the password alone is told */
export async function logIn(auth: AuthClient, options: { audience?: string; scope?: string } = {}) {
  const scope = 'openid profile email';
  const login = auth.getTokenByPassword({ ...ANN, scope, ...options });
  const error = await rejection(login, TokenByPasswordError);
  expect(isMfaRequiredError(error)).toBe(true);
  expect(error).toMatchObject({ code: 'token_by_password_error', statusCode: 403 });
  const cause = error.cause as unknown as {
    mfa_token: string;
    mfa_requirements: Record<string, readonly { type: string }[]>;
  };
  return { mfaToken: cause.mfa_token, requirements: cause.mfa_requirements };
}
