import type { Window } from '../../ports/index.js';
import type { RollingLog } from '../rolling-log.js';

/** Digits of a time: enough until the year 2286. */
export const TIME = 13;
/** Digits of the count after it. */
export const COUNT = 6;

export const timeText = (time: number): string => String(time).padStart(TIME, '0');
export const countText = (count: number): string => String(count).padStart(COUNT, '0');

/** Characters of one entry. */
export const entryWidth = ({ resolution }: Window): number =>
  resolution === undefined ? TIME : TIME + COUNT;

export function readLog(text: string, window: Window): RollingLog {
  const width = entryWidth(window);
  return Array.from({ length: text.length / width }, (_, i) => {
    const entry = text.slice(i * width, (i + 1) * width);
    return { at: Number(entry.slice(0, TIME)), count: Number(entry.slice(TIME) || 1) };
  });
}

export const writeLog = (log: RollingLog, { resolution }: Window): string =>
  log
    .map(({ at, count }) => timeText(at) + (resolution === undefined ? '' : countText(count)))
    .join('');
