import type { IncomingMessage } from 'node:http';

const BROWSERS = [/Edg/, /OPR/, /Firefox/, /Chrome/, /Safari/];
const SYSTEMS = [/iPhone/, /iPad/, /Android/, /Windows/, /Mac OS X/, /CrOS/, /Linux/];
const WORDS: Readonly<Record<string, string>> = {
  Edg: 'Edge',
  OPR: 'Opera',
  'Mac OS X': 'macOS',
  CrOS: 'ChromeOS',
};

/** What a user knows a device by, in words of ours: `Firefox, Android`. */
export function deviceName({ headers }: IncomingMessage): string {
  const agent = headers['user-agent'] ?? '';
  const first = (of: readonly RegExp[]) => of.find((it) => it.test(agent))?.source;
  const words = [first(BROWSERS), first(SYSTEMS)].filter((it) => it !== undefined);
  return words.map((it) => WORDS[it] ?? it).join(', ') || 'Browser';
}
