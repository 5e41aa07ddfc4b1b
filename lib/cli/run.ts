import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CliError, type Command, print, tell } from './command.js';
import { HELP } from './help.js';

/** Loaded when asked for: most need only a part of the library. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  keys: async () => (await import('./keys.js')).makeKeys,
  'keys rotate': async () => (await import('./keys.js')).rotateKeys,
  'keys retire': async () => (await import('./keys.js')).retireKeys,
  'keys rewrap': async () => (await import('./rewrap-keys.js')).rewrapKeys,
  migrate: async () => (await import('./migrate.js')).migrate,
};

/**
 * Does what the arguments say. Never rejects: a failure is one line on stderr.
 *
 * @param environment - `DATABASE_URL` stands in for `--database`, since the list of processes shows arguments
 * @returns the exit code: 0 done, 1 it did not work, 2 it was asked for in the wrong way
 */
export async function run(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  try {
    if (args.some((it) => it === '--help' || it === '-h') || args[0] === 'help') {
      print(HELP);
      return 0;
    }
    if (args[0] === '--version') {
      print(version());
      return 0;
    }
    return await dispatch(args, environment['DATABASE_URL']);
  } catch (error) {
    tell(lineOf(error));
    return error instanceof CliError ? error.exitCode : 1;
  }
}

async function dispatch(args: readonly string[], database: string | undefined): Promise<number> {
  const words = args.findIndex((it) => it.startsWith('-'));
  const name = args.slice(0, words < 0 ? args.length : words).join(' ');
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    const problem = name === '' ? 'say what to do' : `there is no command "${name}"`;
    throw new CliError(`${problem}; see npx express-mfa --help`, 2);
  }
  const rest = args.slice(name.split(' ').length);
  const command = await load();
  const given = 'database' in command.options ? { database } : {};
  return command.run({ ...given, ...parsed(rest, command) });
}

function parsed(args: string[], { options }: Command) {
  try {
    return parseArgs({ args, options }).values as Readonly<Record<string, string | boolean>>;
  } catch (error) {
    throw new CliError(`${lineOf(error)}; see npx express-mfa --help`, 2);
  }
}

/** One line of whatever was thrown; a refused connection may come as several errors in one. */
function lineOf(error: unknown): string {
  const { message, code, errors } = error as {
    message?: string;
    code?: string;
    errors?: readonly Error[];
  };
  const text = message || errors?.[0]?.message || code || String(error);
  return text.replace(/\s+/g, ' ').replace(/\.$/, '');
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
