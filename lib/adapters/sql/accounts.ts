import { sql } from 'kysely';
import type { Engine } from './engine.js';

/** The next users in the order of the primary key: each batch costs what it returns, wherever it begins. */
export async function accounts(
  engine: Engine,
  issuer: string,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const rows = await engine.run(sql`select user_id from mfa_account
    where issuer = ${issuer} and user_id > ${after ?? ''}
    order by user_id limit ${limit}`);
  return rows.map((row) => row['user_id'] as string);
}
