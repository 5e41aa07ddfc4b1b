// A real Chromium at a real server on loopback.
import { copyFileSync, mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Express } from 'express';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, inject } from 'vitest';
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

/** How the pages are looked at. */
export const LOOKS = [
  { look: 'phone-light', size: PHONE_SIZE, colorScheme: 'light', locale: 'en-US' },
  { look: 'phone-dark', size: PHONE_SIZE, colorScheme: 'dark', locale: 'de-DE' },
  { look: 'desktop-light', size: DESKTOP_SIZE, colorScheme: 'light', locale: 'de-DE' },
  { look: 'desktop-dark', size: DESKTOP_SIZE, colorScheme: 'dark', locale: 'en-US' },
] as const;

const ROOT = join(import.meta.dirname, '../..');
const SHOTS = join(ROOT, 'node_modules/.cache/screens');
/** Those of docs/pages.md, which are written anew to the directory that `SCREENS` names. */
const IN_THE_DOCS = /^\d+-(enroll|code|security)-phone-(light|dark)$/;

/** Where a person can look at the pages. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  const path = join(SHOTS, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  const { SCREENS } = process.env;
  if (!SCREENS || !IN_THE_DOCS.test(name)) return;
  mkdirSync(join(ROOT, SCREENS), { recursive: true });
  copyFileSync(path, join(ROOT, SCREENS, `${name.replace(/^\d+-|phone-/g, '')}.png`));
}

/** Looks at the page as it is: no violation, nothing wider than the screen. */
export async function lookAt(page: Page, name: string): Promise<void> {
  await shoot(page, name);
  expect(await violations(page)).toEqual([]);
  const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  expect(wider).toBeLessThanOrEqual(0);
}
