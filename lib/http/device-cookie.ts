import type { IncomingMessage, ServerResponse } from 'node:http';
import { DEVICE_LIFETIME_MS } from '../core/session/known-device.js';

/** `__Host-`: of this host alone, over https alone; browsers take `http://localhost` for it (security.md R-111). */
const NAME = '__Host-mfa_device';
const MARK = new RegExp(`(?:^|;) *${NAME}=(dev_[\\w-]{1,100})(?:;|$)`);

/** The mark of a known device that a browser sent, not checked yet. */
export const readDeviceCookie = ({ headers }: IncomingMessage): string | undefined =>
  MARK.exec(headers.cookie ?? '')?.[1];

export function setDeviceCookie(response: ServerResponse, mark: string): void {
  const seconds = DEVICE_LIFETIME_MS / 1000;
  const cookie = `${NAME}=${mark}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Lax`;
  response.appendHeader('Set-Cookie', cookie);
}
