import { timingSafeEqual } from 'node:crypto';

/** Whether two byte strings are the same, in a time that depends on their length only. */
export function safeEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
