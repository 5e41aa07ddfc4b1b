import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mfa } from '../core/mfa.js';

/** As the cookie of a known device: of this host alone, over https alone (security.md R-111). */
const NAME = '__Host-mfa_trusted';
const TOKEN = new RegExp(`(?:^|;) *${NAME}=([\\w.-]{1,200})(?:;|$)`);

/** What a trusted device sent, not checked yet. */
export const readTrustedCookie = ({ headers }: IncomingMessage): string | undefined =>
  TOKEN.exec(headers.cookie ?? '')?.[1];

export function setTrustedCookie(mfa: Mfa, response: ServerResponse, token: string): void {
  const seconds = Math.floor((mfa.settings.trustedDevices ?? 0) / 1000);
  const cookie = `${NAME}=${token}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Lax`;
  response.appendHeader('Set-Cookie', cookie);
}

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
