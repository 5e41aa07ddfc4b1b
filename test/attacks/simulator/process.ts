// The child process around one site. Its parent says where the store is and hears where the site is.
import { DatabaseSync } from '@photostructure/sqlite';
import type { MfaKeys, Stores } from 'express-mfa';
import { combineStores } from 'express-mfa/adapters/combine';
import { postgresStores } from 'express-mfa/adapters/postgres';
import { redisStores } from 'express-mfa/adapters/redis';
import { sqliteStores } from 'express-mfa/adapters/sqlite';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { serveSite } from './site.js';

/** Where a site stores. */
export interface Where {
  readonly keys: MfaKeys;
  readonly file?: string;
  readonly postgres?: { readonly url: string; readonly schema: string };
  readonly redis?: string;
}

async function storesAt({ file, postgres, redis }: Where): Promise<Stores> {
  if (file !== undefined) return sqliteStores(new DatabaseSync(file));
  const options = `-c search_path=${postgres?.schema}`;
  const durable = postgresStores(new Pool({ connectionString: postgres?.url, max: 10, options }));
  if (redis === undefined) return durable;
  const client = await createClient({ url: redis }).connect();
  const shortLived = redisStores({ sendCommand: (args) => client.sendCommand(args) });
  return combineStores({ durable, shortLived });
}

process.on('disconnect', () => process.exit()); // not without its parent
const start = async (where: Where) => {
  const { url } = await serveSite(await storesAt(where), where.keys);
  process.send?.(url);
};
process.once('message', (where: Where) => void start(where));
