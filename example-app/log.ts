import type { MfaEvent } from 'express-mfa';

/** One JSON line on stdout. */
export function log(event: string, members: object = {}, at = Date.now()): void {
  const line = { time: new Date(at).toISOString(), event, ...members };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** What went wrong, for a private log. */
export function errorMembers(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const { name, message, stack, code, cause } = error as NodeJS.ErrnoException & {
    cause?: unknown;
  };
  return {
    error: code ? `${name} ${code}: ${message}` : `${name}: ${message}`,
    stack: stack
      ?.split('\n')
      .slice(1, 6)
      .map((line) => line.trim()),
    ...(cause instanceof Error && { cause: errorMembers(cause) }),
  };
}

/** The library's audit log. Its events hold no code, secret, token or full address. */
export function logEvent({ event, at, cause, ...members }: MfaEvent): void {
  log(event, { ...members, ...(cause !== undefined && errorMembers(cause)) }, at);
}
