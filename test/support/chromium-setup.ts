// Vitest global setup: the path of a real Chromium.
import type { TestProject } from 'vitest/node';
import { findChromium } from './chromium.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Empty when there is none: tests that need it are skipped. */
    chromium: string;
  }
}

const NONE =
  'no Chromium was found and none could be installed: apt-get install chromium, or set CHROMIUM_PATH';

export default function setup(project: TestProject): void {
  const path = findChromium();
  if (!path) {
    if (process.env['CI']) throw new Error(NONE);
    console.warn(`\n*** The tests in a browser DO NOT RUN: ${NONE} ***\n`);
  }
  project.provide('chromium', path ?? '');
}
