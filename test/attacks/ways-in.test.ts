// every way into the running app, read from the app itself, is tried with a password and no second factor.
import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { waysInto } from '../support/routes.js';
import { bearer, buildApp, loot, openSite, type Site } from './ways-in/site.js';
import { development, waysIn } from './ways-in/table.js';

const quiet = vi.spyOn(process.stdout, 'write');
beforeAll(() => {
  quiet.mockImplementation(() => true);
});
afterAll(() => quiet.mockRestore());

describe('the list of ways into the example app', () => {
  test('R-001, B1: has an attack for each, and none for what is not there', async () => {
    const { app, sink } = await buildApp();
    sink.close();
    expect(waysInto(app).toSorted()).toEqual(Object.keys(waysIn).toSorted());
  });

  test('R-001: is longer by the outbox in development', async () => {
    const { app, sink } = await buildApp({ outbox: true });
    sink.close();
    expect(waysInto(app).toSorted()).toEqual([...Object.keys(waysIn), ...development].toSorted());
  });
});

/** Nothing in an answer opens what takes a second factor. */
async function opensNothing({ http }: Site, answer: Response) {
  const { strings, cookies } = loot(answer);
  const otp = { authenticator_types: ['otp'] };
  for (const found of strings) {
    expect((await http.get('/api/whoami').set(bearer(found))).status).toBe(401);
    const started = await http.post('/mfa/associate').set(bearer(found)).send(otp);
    expect([401, 403]).toContain(started.status);
  }
  for (const cookie of cookies) {
    expect((await http.get('/api/whoami').set('Cookie', cookie)).status).toBe(401);
  }
}

describe('by password alone, into an account with two authenticators', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  test.each(Object.entries(waysIn))('R-001: %s', async (_way, attack) => {
    const before = await site.victim();
    const answers = await attack({ ...site, token: await site.victimsToken() });
    expect(answers.length).toBeGreaterThan(0);
    for (const answer of answers) {
      expect(answer.status).toBeLessThan(500);
      expect(answer.body.access_token).toBeUndefined();
      expect(answer.headers['location'] ?? '').not.toMatch(/[?&#](code|access_token|id_token)=/);
      expect(answer.text ?? '').not.toMatch(/5555550123|GEZDGNBVGY3TQOJQ|"d":/);
      await opensNothing(site, answer);
    }
    expect(await site.victim()).toBe(before);
  });
});
