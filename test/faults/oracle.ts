// The common oracle of security.md section 6: what has to be true after every fault.
import type { AppProcess } from './app-process.js';
import type { Ledger } from './ledger.js';
import type { Person } from './people.js';
import type { PostgresServer } from './postgres-server.js';

interface Account {
  readonly version: number;
  readonly lanes: Readonly<Record<string, { lockedUntil: number; log: readonly number[] }>>;
  readonly sends: readonly number[];
}

/** What is counted against each user, at a moment when no request is on its way. */
export type Counts = ReadonlyMap<string, Account>;

export async function counts(database: PostgresServer): Promise<Counts> {
  const rows = await database.sql('select user_id, data, version from mfa_account');
  const read = (row: Record<string, unknown>): [string, Account] => [
    row['user_id'] as string,
    { ...JSON.parse(row['data'] as string), version: Number(row['version']) },
  ];
  return new Map(rows.map(read));
}

/** @returns what is wrong; adopts what is active for those whose answer was lost */
export async function examine(
  {
    database,
    client,
    people,
    processes,
  }: {
    readonly database: PostgresServer;
    readonly client: Ledger;
    readonly people: readonly Person[];
    readonly processes: readonly AppProcess[];
  },
  before: Counts,
): Promise<string[]> {
  const after = await counts(database);
  return [
    ...client.problems.splice(0),
    ...fallen(before, after),
    ...people.flatMap((person) => [...tooFew(person, after.get(person.id))]),
    ...(await factors(database, people)),
    ...(await replayed(client)),
    ...processes.flatMap(complaints),
  ];
}

/** No count of a guess or a message is gone. */
function* fallen(before: Counts, after: Counts): Generator<string> {
  for (const [id, { lanes, version }] of before) {
    const now = after.get(id);
    if (!now || now.version < version) yield `${id}: the account went back`;
    for (const [name, { log }] of Object.entries(lanes)) {
      const kept = now?.lanes[name]?.log ?? [];
      const times = (at: number, list: readonly number[]) => list.filter((it) => it === at).length;
      const lost = log.filter((at) => times(at, kept) < times(at, log));
      if (lost.length > 0) yield `${id}: ${lost.length} counted guesses of ${name} are gone`;
    }
  }
}

/** What the server said that it counted, it has counted. */
function* tooFew({ id, wrong, sent }: Person, account: Account | undefined): Generator<string> {
  for (const name of ['factor', 'recovery'] as const) {
    const counted = account?.lanes[name]?.log.length ?? 0;
    if (counted < wrong[name]) yield `${id}: ${counted} of ${wrong[name]} guesses of ${name} count`;
  }
  const messages = account?.sends.length ?? 0;
  if (messages < sent) yield `${id}: ${messages} of ${sent} messages count`;
}

/** Active is what was confirmed, and all of it. */
async function factors(database: PostgresServer, people: readonly Person[]): Promise<string[]> {
  const rows = await database.sql(
    "select user_id, data from mfa_authenticator where status = 'active'",
  );
  const kinds = (id: string) => {
    const own = rows.filter((row) => row['user_id'] === id);
    return own.map((row) => JSON.parse(row['data'] as string).kind as string);
  };
  return people.flatMap((person) => {
    const active = kinds(person.id).sort().join(' ');
    const { possible } = person;
    const known = possible.has(active);
    if (known) person.possible = new Set([active]);
    return known ? [] : [`${person.id} has [${active}], not [${[...possible].join('] or [')}]`];
  });
}

/** The last requests that gave tokens give none again. */
async function replayed({ redeemed, problems }: Ledger): Promise<string[]> {
  const found: string[] = [];
  for (const again of redeemed.splice(0).slice(-10)) {
    const { status } = await again();
    if (status === 200) found.push('a request that gave a token gave another one');
  }
  return [...found, ...problems.splice(0)];
}

const said = new WeakSet<AppProcess>();

/** What a process complains of, once. */
function complaints(app: AppProcess): string[] {
  const { stderr, log, pid } = app;
  const loud = /unhandled|uncaught|Warning:|\n {4}at /i.exec(stderr());
  const failed = log.filter((it) => it['event'] === 'request.failed');
  if (said.has(app)) return [];
  if (loud || failed.length > 0) said.add(app);
  return [
    ...(loud ? [`process ${pid} says ${stderr().slice(loud.index, loud.index + 200)}`] : []),
    ...failed.slice(0, 1).map((it) => `process ${pid} failed: ${JSON.stringify(it)}`),
  ];
}
