// One line of wire.md section 11: what provokes it, and the answer.
import type { Response } from 'supertest';
import { type client, enrollPhone, type TestApp, type TestAppOptions } from '../../support/app.js';
import { mfaToken } from '../steps.js';

export type Client = ReturnType<typeof client>;

export interface Row {
  readonly row: string;
  readonly name: string;
  readonly expected: readonly [status: number, error: string, text: unknown];
  readonly ask: (t: TestApp, c: Client) => Promise<Response>;
  readonly options?: TestAppOptions;
  /** Pattern of the header; without it there must be none. */
  readonly retryAfter?: string;
}

/** @param row the number in wire.md section 11, and where */
export const row = (
  row: string,
  name: string,
  expected: Row['expected'],
  ask: Row['ask'],
  more: Pick<Row, 'options' | 'retryAfter'> = {},
): Row => ({ row, name, expected, ask, ...more });

/** A challenge of the enrolled phone: its token, handle and code. */
export async function challenged(t: TestApp, c: Client) {
  await enrollPhone(t);
  const token = await mfaToken(t);
  const { oob_code: oobCode } = (await c.challenge({ mfa_token: token }).expect(200)).body;
  return { token, oobCode: oobCode as string, code: t.code() };
}
