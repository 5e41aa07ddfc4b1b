import { postgresScript } from '../adapters/sql/script.js';
import { CliError, type Command, flag, optional, print, string, tell } from './command.js';
import { openDatabase } from './database.js';

/** `migrate`: the tables, made or brought up to date; with `--print` only shown. */
export const migrate: Command = {
  options: { database: string, print: flag, after: string },
  async run(values) {
    const after = optional(values, 'after');
    if (values['print'] === true) {
      if (after !== undefined && !/^\d{1,6}$/.test(after)) {
        throw new CliError('--after takes the version of a schema, a whole number', 2);
      }
      print(postgresScript(Number(after ?? 0)));
      return 0;
    }
    if (after !== undefined) throw new CliError('--after goes with --print only', 2);
    const database = await openDatabase(values, true);
    try {
      await database.migrate();
    } finally {
      await database.close();
    }
    tell('the tables are up to date');
    return 0;
  },
};
