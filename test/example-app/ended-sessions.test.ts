// a session that has ended stays ended, also when a request that had loaded it before is still on its way.
import session, { type SessionData, type Store } from 'express-session';
import { beforeAll, expect, test } from 'vitest';
import { EndedSessions } from '../../example-app/ended-sessions.js';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis.js';
import { build, directory, endAfterwards, send, start } from './process.js';

endAfterwards();

beforeAll(build, 60_000);

const cookie = { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000) };
const data = { cookie, mfa: { proof: {} } } as unknown as SessionData;

const load = (store: Store, id: string) =>
  new Promise<unknown>((resolve, reject) =>
    store.get(id, (error, value) => (error ? reject(error) : resolve(value ?? null))),
  );
const save = (store: Store, id: string) =>
  new Promise<void>((resolve) => store.set(id, data, () => resolve()));
const end = (store: Store, id: string) =>
  new Promise<void>((resolve) => store.destroy(id, () => resolve()));

test('R-008: a save that comes after the end brings no session back', async () => {
  const inner = new session.MemoryStore();
  const [one, other] = [new EndedSessions(inner), new EndedSessions(inner)]; // two processes
  await save(one, 'a');
  expect(await load(other, 'a')).toMatchObject({ mfa: { proof: {} } });
  await end(one, 'a');
  await save(other, 'a');
  expect(await load(one, 'a')).toBeNull();
  expect(await load(other, 'a')).toBeNull();
});

test('the end of a session that there never was keeps nothing', async () => {
  const inner = new session.MemoryStore();
  await end(new EndedSessions(inner), 'nobody');
  const kept = await new Promise((resolve) => inner.all?.((_error, all) => resolve(all)));
  expect(kept).toEqual({});
});

test('R-008: whoever has a stolen session and requests on their way does not keep it over the logout', {
  timeout: 60_000,
}, async ({ skip }) => {
  const redis = await startRedis(await freePort());
  if (!redis) return skip('no Redis');
  const env = { REDIS_URL: redis.url, DATABASE_URL: '.' };
  const here = directory();
  const app = await start(here, env);
  let own = '';
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json', cookie: own };
    const answer = await send(app.url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const set = answer.headers.getSetCookie().find((it) => it.startsWith('session='));
    own = set?.split(';')[0] ?? own;
    return answer;
  };
  const login = { username: 'carol@example.com', password: 'correct horse' };
  await post('/login', login);
  const page = await fetch(`${app.url}/login/mfa`, { headers: { cookie: own } });
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  await fetch(`${app.url}/login/mfa/send`, {
    method: 'POST',
    headers: { cookie: own },
    body: new URLSearchParams({ csrf }),
  });
  const { code } = (await app.outbox('+12025550123'))[0];
  expect((await post('/login/code', { binding_code: code })).status).toBe(200);
  const account = await fetch(`${app.url}/account`, { headers: { cookie: own } });
  const token = /name="csrf" value="([^"]+)"/.exec(await account.text())?.[1] ?? '';
  expect(token).not.toBe('');
  const stolen = own;
  const onTheirWay = Array.from({ length: 12 }, (_, i) =>
    post('/account/transfer', { csrf: token, amount: '1', payee: `p${i}` }),
  );
  const out = await fetch(`${app.url}/logout`, {
    method: 'POST',
    headers: { cookie: stolen },
    body: new URLSearchParams({ csrf: token }),
    redirect: 'manual',
  });
  expect(out.status).toBe(303);
  await Promise.allSettled(onTheirWay);
  expect((await send(`${app.url}/api/whoami`, { headers: { cookie: stolen } })).status).toBe(401);
  await redis.stop();
});
