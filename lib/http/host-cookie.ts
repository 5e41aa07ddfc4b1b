import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * A cookie of this host alone, over https alone, that no script reads; browsers take `http://localhost` for it
 * (security.md R-111).
 *
 * @param value - what its value looks like
 */
export function hostCookie(name: string, value: RegExp) {
  const found = new RegExp(`(?:^|;) *__Host-${name}=(${value.source})(?:;|$)`);
  return {
    /** What the browser sent, not checked yet. */
    read: ({ headers }: IncomingMessage): string | undefined =>
      found.exec(headers.cookie ?? '')?.[1],

    /** @param lifetime - ms */
    set(response: ServerResponse, text: string, lifetime: number): void {
      const seconds = Math.floor(lifetime / 1000);
      const cookie = `__Host-${name}=${text}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Lax`;
      response.appendHeader('Set-Cookie', cookie);
    },
  };
}
