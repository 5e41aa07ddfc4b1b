export const HELP = `Usage: npx express-mfa <command>

  keys [--out FILE] [--base64]
      A new set of keys as JSON, printed or written to a new file that only you may read.
      --base64 makes it one word, for an environment variable.

  keys rotate [--in FILE] [--out FILE] [--what pepper|encryption|signing|all] [--prepare] [--base64]
      A new current key; the one before it still opens what it made. With --prepare the new
      key is only made known: deploy that everywhere first, then rotate, so that no process
      meets a key that it does not know. FILE is replaced in one step; without --in the set
      is read from stdin and the new one printed.

  keys retire --what pepper|encryption|signing|all [--in FILE] [--out FILE] [--base64]
      Removes the previous keys. What only they can open is lost: see docs/keys.md first.

  keys rewrap --issuer URL --keys FILE [--database URL|PATH]
      Brings what earlier keys encrypted or indexed under the current ones, while serving.

  migrate [--database URL|PATH]
      Makes the tables or brings them up to date. Safe to run twice at once.

  migrate --print [--after VERSION]
      Prints that as plain SQL for PostgreSQL, for teams with a tool of their own.

  --help, --version

A database is postgres://... or the path of a SQLite file; default: DATABASE_URL.
A FILE of keys is JSON or the base64 of it; "-" is stdin.
Exit codes: 0 done, 1 it did not work, 2 it was asked for in the wrong way.`;
