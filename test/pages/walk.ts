// Somebody who clicks at random: tabs, back, forms of long ago, right and wrong codes, cookies of before.
import express from 'express';
import { importAuthenticators, type MfaEvent, requireMfa } from 'express-mfa';
import session from 'express-session';
import { totp } from '../support/attack.js';
import type { LoadedPage, PageForm, TestBrowser } from './browser.js';
import { type PagesApp, pagesApp } from './pages-app.js';

/** Numbers from 0 to 1 that are the same for the same seed. */
export function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const PASSWORD = 'correct horse';
const USERS = ['none', 'app', 'phone', 'free'].map((id) => ({
  id,
  email: `${id}@example.com`,
  name: id,
  password: PASSWORD,
}));

const PATHS = [
  '/login',
  '/login/mfa',
  '/login/mfa?way=other',
  '/login/mfa?way=recovery',
  '/login/mfa/recovery-code',
  '/login/mfa/confirmed',
  '/login/mfa/step-up',
  '/login/mfa/verify',
  '/account/security',
  '/account/security/add',
  '/account/security/add',
  '/account/security/add',
  '/account/security/remove?id=x',
  '/guarded',
  '/fresh',
];

interface Proof {
  readonly id: string;
  readonly sub: string;
  readonly amr: readonly string[];
}

/** One thing that was done, and what came of it. */
export interface Transition {
  readonly action: string;
  readonly page: LoadedPage | undefined;
  /** What was typed is a secret of this user. */
  readonly knows: string | undefined;
  /** Proofs that no session had before. */
  readonly proofs: readonly Proof[];
  /** Users with an active authenticator before it. */
  readonly enrolled: readonly string[];
  readonly events: readonly MfaEvent[];
}

interface Tab {
  readonly history: LoadedPage[];
}

interface Person {
  browser: TestBrowser;
  readonly tabs: Tab[];
  readonly jars: Map<string, string>[];
}

/** A walk of this many transitions. */
export async function walk(seed: number, steps: number): Promise<Transition[]> {
  const random = randomBy(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const world = await worldOf();
  const { t } = world;
  const people = [personOf(t), personOf(t)];
  const taken: Transition[] = [];
  const known = new Set<string>();
  for (let i = 0; i < steps; i++) {
    const person = pick(people);
    const enrolled = await world.enrolled();
    const events = t.events.length;
    const done = await act(world, person, { random, pick });
    const proofs = world.proofs().filter(({ id }) => !known.has(id));
    for (const { id } of proofs) known.add(id);
    taken.push({ ...done, proofs, enrolled, events: t.events.slice(events) });
  }
  return taken;
}

async function worldOf() {
  const store = new session.MemoryStore() as session.MemoryStore & {
    readonly sessions: Record<string, string>;
  };
  const t = await pagesApp({
    sessions: session({ secret: 'x', resave: false, saveUninitialized: false, store }),
    seedUsers: USERS,
    policy: ({ id }) => (id === 'free' ? 'none' : 'enroll'),
    pages: { returnTo: ['/guarded', '/fresh'] },
  });
  await importAuthenticators(t.mfa, 'app', [{ totp: { secret: SECRET } }]);
  await importAuthenticators(t.mfa, 'phone', [{ phone: { value: '+12025550123' } }]);
  const body = express.urlencoded({ extended: false });
  const bind = ({ body: fields }: express.Request) => ({ payee: String(fields?.payee) });
  const link = '<a href="/account/security">Settings</a>';
  const form =
    '<form method="post" action="/pay"><input name="payee" value="Bob"><button>Pay</button></form>';
  const answer: express.RequestHandler = (_request, response) => void response.send(link + form);
  t.app.get('/guarded', requireMfa(t.mfa), answer);
  t.app.get('/fresh', requireMfa(t.mfa, { maxAge: 120 }), answer);
  t.app.post('/pay', body, requireMfa(t.mfa, { bind }), answer);
  return {
    t,
    /** Codes that the pages showed, by user. */
    recovery: new Map<string, string>(),
    secrets: new Map([['app', SECRET]]),
    proofs: (): Proof[] =>
      Object.values(store.sessions).flatMap((text) => JSON.parse(text).mfa?.proof ?? []),
    async enrolled() {
      const found: string[] = [];
      for (const { id } of USERS) {
        const { authenticators } = await t.mfa.store.load({ userId: id });
        // What remains for emergencies after the last one is removed asks for nothing.
        const active = authenticators.filter(({ status }) => status === 'active');
        if (active.some(({ kind }) => kind !== 'recovery-code')) found.push(id);
      }
      return found;
    },
  };
}

type World = Awaited<ReturnType<typeof worldOf>>;

const personOf = (t: PagesApp): Person => ({
  browser: t.browser(),
  tabs: [{ history: [] }],
  jars: [],
});

interface Chance {
  readonly random: () => number;
  pick<T>(of: readonly T[]): T;
}

async function act(world: World, person: Person, chance: Chance) {
  const tab = chance.pick(person.tabs);
  const here = tab.history.at(-1);
  const dice = chance.random();
  const load = async (action: string, loading: Promise<LoadedPage>, knows?: string) => {
    const page = await loading;
    tab.history.push(page);
    note(world, page);
    person.jars.push(new Map(person.browser.cookies));
    return { action, page, knows };
  };
  if (dice < 0.06) return { action: wait(world, chance), page: undefined, knows: undefined };
  if (dice < 0.1 && here) {
    person.tabs.push({ history: [...tab.history] });
    return { action: 'tab', page: undefined, knows: undefined };
  }
  if (dice < 0.14 && person.jars.length > 0) {
    const jar = chance.pick(person.jars.slice(-12));
    person.browser.cookies.clear();
    for (const [name, value] of jar) person.browser.cookies.set(name, value);
    return { action: 'old cookies', page: undefined, knows: undefined };
  }
  if (dice < 0.19 && tab.history.length > 1) {
    tab.history.push(chance.pick(tab.history));
    return { action: 'back', page: undefined, knows: undefined };
  }
  if (dice < 0.3 || !here) return load('open', person.browser.get(chance.pick(PATHS)));
  const links = Object.values(here.links).filter((it) => it.startsWith('/'));
  if (dice < 0.38 && links.length > 0) return load('link', person.browser.get(chance.pick(links)));
  const form = here.forms.length > 0 ? chance.pick(here.forms) : undefined;
  if (!form) return load('open', person.browser.get(chance.pick(PATHS)));
  const { typed, knows, how } = await fill(world, form, chance);
  const sending = person.browser.submit({ ...here, forms: [form] }, typed);
  return load(`${form.action.split('?')[0]} ${how}`, sending, knows);
}

function wait({ t }: World, { pick }: Chance): string {
  const seconds = pick([31, 31, 31, 31, 61, 61, 120, 120, 301, 601, 1900, 86_400]);
  t.clock.advance(seconds);
  return 'wait';
}

/** Keeps what the pages show once. */
function note(world: World, { text, html }: LoadedPage) {
  const proof = world.proofs().at(-1);
  const recovery = /Your recovery code: ([A-Z0-9]{24})/.exec(text)?.[1];
  if (recovery && proof) world.recovery.set(proof.sub, recovery);
  const secret = /<code class="secret">([A-Z2-7 ]{20,})<\/code>/.exec(html)?.[1];
  if (secret) world.secrets.set('newest', secret.replaceAll(' ', ''));
}

/** What somebody types into a form, and whose secret it is; `*` is of whoever the page is about. */
async function fill(world: World, { action, fields }: PageForm, { pick, random }: Chance) {
  const { t } = world;
  const path = action.split('?')[0] ?? '';
  if (path === '/login') {
    const right = random() < 0.85;
    const typed = { username: pick(USERS).email, password: right ? PASSWORD : 'wrong' };
    return { typed, knows: undefined, how: right ? 'right' : 'wrong' };
  }
  if (path.endsWith('/enroll')) {
    const method = pick(['sms', 'otp', 'email', 'voice', 'none']);
    const number = pick(['+12125550123', '+13125550147', '+14155550111', 'nonsense']);
    return { typed: { method, phone_number: number }, knows: undefined, how: method };
  }
  if (path.endsWith('/verify') || path.endsWith('/recovery')) {
    const name = path.endsWith('/verify') ? 'code' : 'recovery_code';
    const secret = random() < 0.75 ? secretOf(world, { name, pick }) : undefined;
    const typed = { [name]: secret ?? (name === 'code' ? '000000' : 'A'.repeat(24)) };
    return { typed, knows: secret, how: secret === undefined ? 'wrong' : 'known' };
  }
  const payee = pick(['Bob', 'Eve']);
  const typed = 'payee' in fields && random() < 0.3 ? { payee } : {};
  return { typed, knows: undefined, how: t ? 'sent' : '' };
}

function secretOf(
  { t, recovery, secrets }: World,
  { name, pick }: Pick<Chance, 'pick'> & { name: string },
) {
  if (name === 'recovery_code') return recovery.size > 0 ? pick([...recovery.values()]) : undefined;
  const message = t.messages.findLast(({ code }) => code !== undefined)?.code;
  const shown = [...secrets.values()].map((secret) => totp(secret, t.clock.now()));
  return pick([...shown, ...(message === undefined ? [] : [message, message])]);
}
