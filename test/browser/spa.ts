// An app of one page at another origin than the server, with auth0-spa-js as npm has it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';

const SDK = createRequire(import.meta.url).resolve(
  '@auth0/auth0-spa-js/dist/auth0-spa-js.production.js',
);
const PAGE = '<!doctype html><title>An app</title><script src="/sdk.js"></script><h1>An app</h1>';

export interface SpaHost {
  /** Its origin. */
  readonly url: string;
  /** As the seed file has it. */
  readonly client: Record<string, unknown>;
  close(): Promise<void>;
}

export async function spaHost(tls: {
  readonly key: string;
  readonly cert: string;
}): Promise<SpaHost> {
  const sdk = readFileSync(SDK);
  const server = createServer(tls, (request, response) => {
    const isSdk = request.url === '/sdk.js';
    response.setHeader('Content-Type', isSdk ? 'text/javascript' : 'text/html');
    response.end(isSdk ? sdk : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url,
    client: {
      client_id: 'spa',
      token_endpoint_auth_method: 'none',
      grant_types: ['refresh_token', 'authorization_code', 'mfa'],
      redirect_uris: [url],
      web_origins: [url],
      logout_uris: [url],
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What a call of the SDK came to. */
export interface Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the SDK gives
  readonly value?: any; // oxlint-disable-line no-explicit-any
  readonly failed?: { readonly [name: string]: unknown };
}

/** The SDK in a page. */
export function spa(page: Page, host: SpaHost, issuer: string, options: object = {}) {
  const settings = {
    domain: new URL(issuer).host,
    clientId: 'spa',
    cacheLocation: 'localstorage',
    ...options,
    authorizationParams: { redirect_uri: host.url, ...(options as Settings).authorizationParams },
  };
  const load = async () => {
    await page.evaluate(`client = new auth0.Auth0Client(${JSON.stringify(settings)}), 0`);
  };
  /** Calls a method, such as `mfa.enroll`. */
  const call = (method: string, ...parameters: readonly unknown[]): Promise<Outcome> =>
    page.evaluate(
      `client.${method}(...${JSON.stringify(parameters)}).then(
        (value) => ({ value }),
        (error) => ({ failed: { name: error.constructor.name, ...error, message: error.message } }))`,
    );
  return {
    load,
    call,
    async open() {
      await page.goto(host.url);
      await load();
    },
    /** Starts a login, and lets `person` go through the pages. @returns the result of the callback */
    async logIn(steps: () => Promise<void>, parameters: object = {}): Promise<Outcome> {
      const started = page.waitForURL((url) => url.pathname === '/login');
      await page.evaluate(
        `client.loginWithRedirect({ authorizationParams: ${JSON.stringify(parameters)} }), 0`,
      );
      await started;
      await steps();
      await page.waitForURL((url) => url.origin === host.url);
      await load();
      return call('handleRedirectCallback');
    },
  };
}

interface Settings {
  readonly authorizationParams?: object;
}
