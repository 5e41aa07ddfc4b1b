// all keys of a running app are rotated, process by process, and no request notices.
import { setTimeout as sleep } from 'node:timers/promises';
import { type MfaKeys, rewrap } from 'express-mfa';
import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import { client, SMS, type TestApp } from '../support/app.js';
import { manyUsers } from '../support/attack.js';
import { storeKinds } from '../support/store-kinds.js';
import { deployment, keysAfter, serve } from './rotating.js';

const MFA_API = {
  audience: 'https://auth.example.com/mfa/',
  scope: 'enroll read:authenticators remove:authenticators',
};

/** One user after the other enrolls a phone, comes back with it, lists it, and comes in by the recovery code. */
function traffic(urls: readonly string[], codeFor: (to: string) => string) {
  const failures: string[] = [];
  const under: Promise<void>[] = [];
  let requests = 0;
  let user = 0;
  let stopped = false;

  async function journey(at: number) {
    const login = { username: `user${at}@example.com` };
    const phone = `+1555555${String(at).padStart(4, '0')}`;
    async function ask(
      step: string,
      status: number,
      send: (c: ReturnType<typeof client>) => PromiseLike<Response>,
    ) {
      await sleep(60 + Math.random() * 120); // so that a journey lasts over a deploy
      // Each request comes to the other process than the one before.
      const answer = await send(client(urls[requests++ % urls.length] as string));
      if (answer.status !== status) {
        failures.push(`${step}: ${answer.status} ${JSON.stringify(answer.body)}`);
        throw new Error('the journey ends here');
      }
      return answer.body;
    }
    const first = await ask('login', 403, (c) => c.login(login));
    const body = { ...SMS, phone_number: phone };
    const started = await ask('associate', 200, (c) => c.associate(first.mfa_token, body));
    await ask('confirm', 200, (c) => c.oob(first.mfa_token, started.oob_code, codeFor(phone)));
    const second = await ask('login again', 403, (c) => c.login({ ...login, ...MFA_API }));
    const asked = await ask('challenge', 200, (c) =>
      c.challenge({ mfa_token: second.mfa_token, challenge_type: 'oob' }),
    );
    const tokens = await ask('verify', 200, (c) =>
      c.oob(second.mfa_token, asked.oob_code, codeFor(phone)),
    );
    await ask('list', 200, (c) => c.list(tokens.access_token));
    const third = await ask('login once more', 403, (c) => c.login(login));
    await ask('recovery', 200, (c) => c.recovery(third.mfa_token, started.recovery_codes[0]));
  }

  const running = (async () => {
    while (!stopped) {
      under.push(
        journey(++user).catch((error: unknown) => {
          if (failures.length === 0) failures.push(String(error));
        }),
      );
      await sleep(180); // nine requests each: 50 a second
    }
    await Promise.all(under);
  })();
  return {
    failures,
    requests: () => requests,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

describe.each(storeKinds)(
  'R-073, R-104: keys are rotated under 50 requests a second, on %s',
  (_, makeStores) => {
    test('no request fails, and what the first keys made is refused after they are gone', {
      timeout: 60_000,
    }, async () => {
      const sharedStores = await makeStores();
      const { start, keys, codeFor } = await deployment({
        sharedStores,
        seedUsers: manyUsers(200),
      });
      const apps: TestApp[] = [await start(keys), await start(keys)];
      const servers = await Promise.all(apps.map(serve));
      const load = traffic(
        servers.map(({ url }) => url),
        codeFor,
      );

      /** One process, then the other; in between both are at work. */
      async function roll(to: MfaKeys) {
        for (const [at, server] of servers.entries()) {
          const app = await start(to);
          server.deploy(app);
          apps[at] = app;
          await sleep(400);
        }
        return to;
      }
      await sleep(500);
      const early = await held(servers[0]?.url as string, codeFor);
      const prepared = await roll(await keysAfter('prepare', keys));
      const rotated = await roll(await keysAfter('rotate', prepared));
      const { resealed, failed } = await rewrap(apps[0]?.mfa as TestApp['mfa']);
      expect(resealed).toBeGreaterThan(0);
      expect(failed).toBe(0);
      await sleep(2500); // the overlap: every journey that began under the first keys is over
      await roll(await keysAfter('retire', rotated));
      await load.stop();

      expect(load.failures).toEqual([]);
      expect(load.requests()).toBeGreaterThan(150);
      expect(apps.flatMap(({ events }) => events).filter(({ cause }) => cause)).toEqual([]);
      for (const { url } of servers) {
        await client(url).list(early.accessToken).expect(401);
        const asked = await client(url).challenge({ mfa_token: early.mfaToken }).expect(403);
        expect(asked.body.error_description).toBe('Malformed mfa_token');
      }
    });
  },
);

/** A user who holds on to what the first keys made. */
async function held(url: string, codeFor: (to: string) => string) {
  const c = client(url);
  const login = { username: 'user200@example.com' };
  const { mfa_token: first } = (await c.login(login).expect(403)).body;
  const phone = '+15555559999';
  const body = { ...SMS, phone_number: phone };
  const { oob_code: enrolling } = (await c.associate(first, body).expect(200)).body;
  await c.oob(first, enrolling, codeFor(phone)).expect(200);
  const { mfa_token: second } = (await c.login({ ...login, ...MFA_API }).expect(403)).body;
  const { oob_code: asked } = (await c.challenge({ mfa_token: second }).expect(200)).body;
  const tokens = (await c.oob(second, asked, codeFor(phone)).expect(200)).body;
  const { mfa_token: mfaToken } = (await c.login(login).expect(403)).body;
  await c.list(tokens.access_token).expect(200);
  return { mfaToken, accessToken: tokens.access_token as string };
}
