// A host that runs oidc-provider: the real package, over HTTP, with our pages for its logins.

import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type express from 'express';
import { finishInteraction } from 'express-mfa/oidc-provider';
import { Provider } from 'oidc-provider';
import { onTestFinished } from 'vitest';
import { browser } from '../pages/browser.js';
import { pagesApp } from '../pages/pages-app.js';
import type { TestAppOptions } from '../support/app.js';

export const CALLBACK = 'https://app.example.com/callback';
export const SECRET = 'a secret of the tests';

const jwk = {
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  alg: 'RS256',
};

const configuration = (acr: string) => ({
  clients: [{ client_id: 'app', client_secret: SECRET, redirect_uris: [CALLBACK] }],
  jwks: { keys: [jwk] },
  cookies: { keys: ['a key of the tests'] },
  acrValues: [acr],
  claims: { acr: null, amr: null, auth_time: null, openid: ['sub', 'acr', 'amr', 'auth_time'] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
});

const listen = (server: Server) =>
  new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });

/** The host, with its own consent page behind the bridge. */
export async function providerHost(options: TestAppOptions = {}) {
  const test = await pagesApp({ ...options, pages: { returnTo: ['/interaction/*'] } });
  test.clock.advance((Date.now() - test.clock.now()) / 1000); // the provider has a clock of its own
  const server = createServer(test.app);
  const url = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `${url}/oidc`;
  const provider = new Provider(issuer, configuration(test.mfa.tokens.multiFactor));
  test.app.use('/oidc', provider.callback());
  test.app.get(
    '/interaction/:uid',
    finishInteraction(test.mfa, provider),
    async (request, response) => {
      const { session, params, prompt } = await provider.interactionDetails(request, response);
      const grant = new provider.Grant({
        accountId: session?.accountId as string,
        clientId: params['client_id'] as string,
      });
      grant.addOIDCScope(params['scope'] as string);
      const consent = { grantId: await grant.save() };
      if (prompt.name !== 'consent') throw new Error(`asked for ${prompt.name}`);
      await provider.interactionFinished(request, response, { consent });
    },
  );
  const failed: express.ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(error.statusCode ?? error.status ?? 500).send(`<p>${error.name}</p>`);
  };
  test.app.use(failed);
  return Object.assign(test, { issuer, url, browser: () => browser(url) });
}

export type ProviderHost = Awaited<ReturnType<typeof providerHost>>;
