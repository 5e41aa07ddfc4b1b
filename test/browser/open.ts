// A real Chromium at a real server on loopback.
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Express } from 'express';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';
import { CHROMIUM_FLAGS } from '../support/chromium.js';

/** Whether there is a browser; without one these tests are skipped, which CI counts as a failure. */
export const hasChromium = inject('chromium') !== '';

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: inject('chromium'), args: CHROMIUM_FLAGS });

export interface Serving {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an app on loopback, on a free port unless there is one. */
export async function serve(app: Express, at = 0): Promise<Serving> {
  const server: Server = await new Promise((resolve) => {
    const it = app.listen(at, '127.0.0.1', () => resolve(it));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const PHONE_SIZE: BrowserContextOptions = { viewport: { width: 360, height: 740 } };
export const DESKTOP_SIZE: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds wrong with a page. Needs a context with `bypassCSP`. */
export async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  return page.evaluate(
    "axe.run().then((it) => it.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' ')))",
  );
}

const SHOTS = join(import.meta.dirname, '../../node_modules/.cache/screens');

/** Where a person can look at the pages. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}
