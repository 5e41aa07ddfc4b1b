// A store that knows, of every change that it commits, which event has to stand in the same commit.
import type { Account, Authenticator, Changes, Stores } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';

/** @returns the stores, and a line for each change without its event */
export function auditedStores(): { readonly stores: Stores; readonly missing: string[] } {
  const missing: string[] = [];
  const inner = memoryStores();
  const stores: Stores = (issuer) => {
    const store = inner(issuer);
    const accounts = new Map<string, Account>();
    const authenticators = new Map<string, Authenticator['status']>();
    const logins = new Set<string>();
    return {
      ...store,
      async commit(changes) {
        const done = await store.commit(changes);
        if (done) missing.push(...check(changes, { accounts, authenticators, logins }));
        return done;
      },
    };
  };
  return { stores, missing };
}

interface Known {
  readonly accounts: Map<string, Account>;
  readonly authenticators: Map<string, Authenticator['status']>;
  readonly logins: Set<string>;
}

const flowOf = (id: string) => Buffer.from(id, 'base64url').toString('hex').slice(0, 16);

function check(changes: Changes, known: Known): string[] {
  const events = (changes.events ?? []).map(({ event }) => event);
  const missing: string[] = [];
  const need = (why: string, wanted: Partial<(typeof events)[number]>, name: RegExp) => {
    const members = Object.entries(wanted);
    const fits = (event: (typeof events)[number]) =>
      members.every(([key, value]) => event[key as keyof typeof event] === value);
    if (!events.some((event) => name.test(event.event) && fits(event))) missing.push(why);
  };
  const { put, remove, account } = changes;
  for (const { id, status } of put?.authenticators ?? []) {
    const before = known.authenticators.get(id);
    known.authenticators.set(id, status);
    const wanted = { authenticatorId: id };
    if (before === undefined && status === 'pending') need('begun', wanted, /associate\.started/);
    if (before !== 'active' && status === 'active') need('active', wanted, /associate\.confirmed/);
  }
  for (const id of remove?.authenticators ?? []) {
    const before = known.authenticators.get(id);
    known.authenticators.delete(id);
    const name = before === 'active' ? /\.removed$/ : /associate\.(expired|rejected)$/;
    if (before) need(`${before} one gone`, { authenticatorId: id }, name);
  }
  for (const { id, reusable } of put?.transactions ?? []) {
    if (!reusable && !known.logins.has(id)) need('login', { flowId: flowOf(id) }, /\.issued$/);
    known.logins.add(id);
  }
  for (const { authenticatorId } of put?.deliveries ?? []) {
    need('code', { authenticatorId }, /^mfa\.challenge\.(created|resent)$/);
  }
  if (account) {
    for (const [why, name] of accountChanges(account, known.accounts.get(account.userId))) {
      need(why, {}, name);
    }
    known.accounts.set(account.userId, account);
  }
  return missing;
}

/** What changed in an account, and the name of the event that says so. */
function* accountChanges(now: Account, before?: Account): Generator<readonly [string, RegExp]> {
  for (const [name, lane] of Object.entries(now.lanes)) {
    const earlier = before?.lanes[name];
    if (lane.consecutive > (earlier?.consecutive ?? 0)) yield ['guess', /^mfa\.verify\.charged$/];
    if (lane.lockedUntil > (earlier?.lockedUntil ?? 0)) yield ['lock', /^mfa\.lock\.started$/];
  }
  const locked = Object.keys(before?.lanes ?? {}).filter((name) => !now.lanes[name]);
  const deleted = now.cutOff?.epoch !== before?.cutOff?.epoch;
  if (locked.length > 0 && !deleted) yield ['unlock', /^mfa\.lock\.ended$/];
  if (deleted) yield ['cut', /^(password\.changed|user\.deleted)$/];
  for (const [id, use] of Object.entries(now.logins)) {
    if (use.spent && !before?.logins[id]?.spent) yield ['spent', /^mfa_token\.consumed$/];
  }
  const sent = (account?: Account) => account?.sends.length ?? 0;
  if (sent(now) < sent(before) && !deleted) yield ['not sent', /^mfa\.(challenge\.delivery|rate)/];
  const attacked = (account?: Account) => /"attackUntil"/.test(account?.state ?? '');
  if (attacked(now) !== attacked(before)) yield ['attack', /^attack_mode\.(on|off)$/];
}
