// Rejections that nobody handled would end the process: they are collected here instead.
import { afterEach, beforeEach } from 'vitest';

/** Collects them during each test of the file. */
export function unhandledRejections(): readonly unknown[] {
  const unhandled: unknown[] = [];
  let before: NodeJS.UnhandledRejectionListener[] = [];
  const collect = (reason: unknown) => unhandled.push(reason);
  beforeEach(() => {
    unhandled.length = 0;
    before = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', collect);
  });
  afterEach(() => {
    process.off('unhandledRejection', collect);
    for (const it of before) process.on('unhandledRejection', it);
  });
  return unhandled;
}
