// whatever fails, nothing secret stands in what two processes print at their most verbose, in the log that
// they store, or in an answer that refuses.
import { beforeAll, expect, test } from 'vitest';
import { type Answer, ask } from './http.js';
import { PASSWORD } from './people.js';
import { record } from './table.js';
import { APP, ENROLL, GET_IN, newWay, type Step, stepsOf, walk } from './walk.js';
import { openWorld, type World } from './world.js';

const TYPED = 'canary-8f1c-password';
const NAME = 'canary-8f1c-name@example.org';

let world: World;
beforeAll(async () => {
  world = await openWorld({ size: 12, env: { DEBUG: '*' } });
});

/** Members of answers that open something, or are shown once. */
const SECRET = /token$|^(secret|manual_input_code|barcode_uri|oob_code|recovery_codes?)$/;

function* secretsOf({ body }: Answer): Generator<string> {
  for (const [name, value] of Object.entries(body ?? {})) {
    if (!SECRET.test(name)) continue;
    for (const it of [value].flat()) if (typeof it === 'string') yield it;
  }
}

const base32 = (text: string) => {
  const bits = [...Buffer.from(text)].map((it) => it.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{5}/g) ?? [];
  return groups.map((it) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(it, 2)]).join('');
};

/** As it is, and as it might be written. */
function forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const plain = /^\d{6}$/.test(secret) ? [] : [secret, encodeURIComponent(secret)];
  return [
    ...plain,
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    base32(secret),
  ];
}

function found(text: string, secrets: ReadonlySet<string>): string[] {
  const hits: string[] = [];
  for (const secret of secrets) {
    const digits = /^\d{6}$/.test(secret) && new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(text);
    if (digits || forms(secret).some((it) => text.includes(it))) hits.push(secret);
  }
  return hits;
}

/**
 * Requests that no honest client makes, with something secret wherever something can stand but in URLs: no flow puts
 * one there, and Express itself prints URLs at this level.
 */
async function mischief(port: number, token: string): Promise<void> {
  const login = { grant_type: 'password', client_id: 'spa', username: NAME, password: TYPED };
  await ask(port, '/oauth/token', { form: login });
  await ask(port, '/oauth/token', { form: { ...login, client_secret: TYPED, client_id: 'x' } });
  await ask(port, '/oauth/token', { json: { ...login, password: [TYPED] } });
  await ask(port, '/oauth/token', { json: `{"password":"${TYPED}"` });
  await ask(port, '/mfa/authenticators/x', { method: 'DELETE', bearer: TYPED });
  await ask(port, '/mfa/associate', { bearer: token, json: { authenticator_types: [TYPED] } });
  await ask(port, '/mfa/challenge', { form: { client_id: 'spa', mfa_token: `${token}x` } });
  await ask(port, '/mfa/%E0%A4%A', { bearer: token });
  await ask(port, '/oauth/token', { form: { ...login, password: TYPED.repeat(2_000) } });
}

test('R-140, R-141: no code, secret, token, password, number or address in any output, with everything failing', {
  timeout: 180_000,
}, async (context) => {
  const { client, sink, database } = world;
  const steps = stepsOf(world);
  const secrets = new Set([PASSWORD, TYPED, NAME]);
  const try_ = (name: string, ...args: Parameters<Step>) => (steps[name] as Step)(...args);

  const ann = world.people.take();
  const way = await walk(world, ann, [...ENROLL, ...GET_IN]);
  await walk(world, ann, [...APP, 'recover'], way);
  for (const { port } of world.apps) await mischief(port, way.token);

  // Gateways that refuse, hang, and lose their answer.
  for (const mode of ['fail', 'busy', 'lost', 'hang'] as const) {
    sink.mode = mode;
    const person = world.people.take();
    const own = newWay();
    await try_('login', person, own);
    await try_('associate', person, own);
  }
  sink.mode = 'accept';

  // The database: gone, hanging, refusing every row, without a table; in the middle of each step.
  const faults: readonly (readonly [() => unknown, () => unknown])[] = [
    [() => database.stop('immediate'), () => database.start()],
    [() => database.freeze(), () => database.thaw()],
    [
      () => database.sql('alter table mfa_account add constraint canary check (false) not valid'),
      () => database.sql('alter table mfa_account drop constraint canary'),
    ],
    [
      () => database.sql('alter table mfa_authenticator rename to hidden'),
      () => database.sql('alter table hidden rename to mfa_authenticator'),
    ],
  ];
  for (const [begin, end] of faults) {
    const person = world.people.take();
    const own = await walk(world, person, ['login', 'associate']);
    await begin();
    for (const name of ['login', 'associate', 'confirm', 'login again', 'challenge', 'list']) {
      await try_(name, person, own);
    }
    await end();
    await world.healthy(10_000);
    await walk(world, person, ENROLL);
  }

  for (const { answer } of client.answers) for (const it of secretsOf(answer)) secrets.add(it);
  for (const { code, to } of sink.calls) {
    secrets.add(to);
    if (code) secrets.add(code);
  }
  for (const { username, phone } of world.people.all) secrets.add(username).add(phone);

  // The example app's greeting says how its first user of the seed file that it comes with logs in.
  const greeting = [`-d 'password=${PASSWORD}'`, `with the password: ${PASSWORD}\n`];
  const printed = world.apps
    .map(
      ({ log, stderr }) =>
        JSON.stringify(log) + greeting.reduce((it, line) => it.replace(line, ''), stderr()),
    )
    .join('\n');
  const stored = JSON.stringify(await database.sql('select data from mfa_audit'));
  const refused = client.answers
    .filter(({ answer: { status, body } }) => status >= 400 && body?.error !== 'mfa_required')
    .map(({ answer }) => answer.text + JSON.stringify(answer.headers))
    .join('\n');
  const problems = [
    ...found(printed, secrets).map((it) => `printed: ${it}`),
    ...found(stored, secrets).map((it) => `stored: ${it}`),
    ...found(refused, secrets).map((it) => `answered: ${it}`),
  ];
  const size = Math.round(printed.length / 1024);
  record(
    context,
    ['R-140', 'everything fails, DEBUG=*', secrets.size],
    problems,
    `${size} KB printed`,
  );
  expect(problems).toEqual([]);

  // It would have been seen: each sort of secret went through, and each sort of fault was printed.
  expect(secrets.size).toBeGreaterThan(40);
  for (const event of [
    'store.failed',
    'mfa.challenge.delivery_failed',
    'login.first_factor.fail',
  ]) {
    expect(printed).toContain(event);
  }
  expect(printed).toMatch(/body-parser|express:|router/); // DEBUG=* is on
  expect(refused).toMatch(/"error":"(temporarily_unavailable|server_error)"/);
  const planted = `${printed} ${encodeURIComponent(NAME)} ${Buffer.from(TYPED).toString('base64')}`;
  expect(found(planted, secrets).toSorted()).toEqual([NAME, TYPED].toSorted());
});
