// A real server on a free port of 127.0.0.1 for SDKs that bring their own HTTP: they check the times in tokens, so
// its clock is the machine's, and tests only push it ahead.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Secret, TOTP } from 'otpauth';
import { onTestFinished, vi } from 'vitest';
import { type TestApp, type TestAppOptions, testApp } from '../support/app.js';

// The first test of a file makes RSA keys, and machines are busy.
vi.setConfig({ testTimeout: 20_000 });

export interface SdkServer extends TestApp {
  /** Host and port. */
  readonly domain: string;
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** What it calls itself. */
  readonly issuer: string;
  /** Pushes the server's clock ahead. */
  skip(seconds: number): void;
  /** What an authenticator app shows now. */
  otp(secret: string): string;
}

export interface SdkServerOptions extends TestAppOptions {
  /** Key and certificate: then it speaks https. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The scheme of its issuer; default https, whatever it listens with. */
  readonly scheme?: 'http' | 'https';
  readonly host?: string;
}

/** Runs until the test ends. */
export async function sdkServer(options: SdkServerOptions = {}): Promise<SdkServer> {
  const { tls, scheme = 'https', host = '127.0.0.1', ...rest } = options;
  let handler: RequestListener | undefined;
  const listener: RequestListener = (request, response) => handler?.(request, response);
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const domain = `${host}:${(server.address() as AddressInfo).port}`;
  const issuer = `${scheme}://${domain}/`;
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const test = await testApp({ issuer, clock: { now }, ...rest });
  handler = test.app;
  return Object.assign(test, {
    domain,
    issuer,
    url: `${tls ? 'https' : 'http'}://${domain}`,
    skip(seconds: number) {
      ahead += seconds * 1000;
    },
    otp: (secret: string) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now() }),
  });
}
