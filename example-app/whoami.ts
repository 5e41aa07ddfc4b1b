import { createPublicKey } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { MfaKeys } from 'express-mfa';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  type JWTPayload,
  jwtVerify,
} from 'jose';

/**
 * `GET /api/whoami`: what any API does with an access token of ours. An API in a process of its own takes
 * `createRemoteJWKSet(new URL('.well-known/jwks.json', issuer))` instead of the keys.
 */
export async function whoami(options: {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly keys: MfaKeys;
}): Promise<RequestHandler> {
  const jwks = createLocalJWKSet({ keys: await publicKeys(options.keys) });
  const verify = async (token: string) => {
    const { payload } = await jwtVerify(token, jwks, {
      issuer: options.issuer,
      audience: [...options.audiences],
      algorithms: ['RS256', 'ES256'],
      typ: 'at+jwt', // an id_token is no access token
      clockTolerance: 30,
      requiredClaims: ['sub', 'exp'],
    });
    return payload;
  };
  return async (request, response) => {
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.get('authorization') ?? '')?.[1];
    const claims = token === undefined ? undefined : await verify(token).catch(() => undefined);
    if (!claims)
      return refuse(response, 'invalid_token', 'The access token is missing or invalid.');
    if (!hasSecondFactor(claims)) {
      const text = 'The access token was issued without a second factor.';
      return refuse(response, 'insufficient_user_authentication', text);
    }
    const { sub, amr, acr, auth_time } = claims;
    response.set('Cache-Control', 'no-store').json({ sub, amr, acr, auth_time });
  };
}

function hasSecondFactor({ amr }: JWTPayload): boolean {
  return Array.isArray(amr) && amr.includes('mfa');
}

/** RFC 6750 section 3 and RFC 9470. */
function refuse(response: Response, error: string, error_description: string): void {
  response
    .status(401)
    .set('WWW-Authenticate', `Bearer error="${error}", error_description="${error_description}"`)
    .set('Cache-Control', 'no-store')
    .json({ error, error_description });
}

async function publicKeys({ signing }: MfaKeys) {
  return Promise.all(
    signing.map(async (key) => {
      const jwk = await exportJWK(createPublicKey({ key: { ...key }, format: 'jwk' }));
      return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
    }),
  );
}
