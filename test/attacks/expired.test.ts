// what was refused as expired is dead for good: on every process, and when the clock that said so is set back.
import type { Stores } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { client, SMS, testApp, testClock } from '../support/app.js';
import { mfaToken, wrongCode } from '../support/attack.js';
import { storeKinds } from '../support/store-kinds.js';

/** Two processes on one store, each with a clock that can be set. */
async function twoProcesses(sharedStores: Stores) {
  const clock = testClock();
  const ahead = [0, 0];
  const open = (i: number) => {
    const now = () => clock.now() + (ahead[i] ?? 0) * 1000;
    return testApp({ sharedStores, clock: { now } });
  };
  const apps = [await open(0), await open(1)];
  return {
    at: (i: number) => client(apps[i]?.app ?? ''),
    app: (i: number) => apps[i] as Awaited<ReturnType<typeof open>>,
    set: (i: number, seconds: number) => {
      ahead[i] = seconds;
    },
    pass: (seconds: number) => clock.advance(seconds),
  };
}

/** A login that waits for the code that it was sent. */
async function waiting(w: Awaited<ReturnType<typeof twoProcesses>>) {
  const token = await mfaToken(w.app(0));
  const { body } = await w.at(0).associate(token, SMS).expect(200);
  return { token, oobCode: body.oob_code as string, code: w.app(0).code() };
}

describe.each(storeKinds)('R-041: in %s', (_name, makeStores) => {
  test('F-09: a code that a clock 302 s ahead refused does not live again, there or elsewhere', async () => {
    const w = await twoProcesses(await makeStores());
    const { token, oobCode, code } = await waiting(w);
    w.set(1, 302);
    await w.at(1).oob(token, oobCode, code).expect(401);
    w.set(1, 0);
    for (const i of [1, 0, 1]) await w.at(i).oob(token, oobCode, code).expect(401);
    w.pass(60);
    const again = await w.at(0).associate(token, SMS).expect(200);
    await w.at(1).oob(token, again.body.oob_code, w.app(0).code()).expect(200);
  });

  test.each([
    ['the grant', 'oob'],
    ['the list', 'list'],
    ['an enrollment', 'associate'],
  ])(
    'F-09: an mfa_token that a clock 601 s ahead refused at %s does not live again',
    async (_name, door) => {
      const w = await twoProcesses(await makeStores());
      const { token, oobCode, code } = await waiting(w);
      w.set(1, 601);
      if (door === 'oob') await w.at(1).oob(token, oobCode, code).expect(401);
      if (door === 'list') await w.at(1).list(token).expect(401);
      if (door === 'associate') await w.at(1).associate(token, SMS).expect(401);
      w.set(1, 0);
      for (const i of [1, 0]) {
        expect((await w.at(i).oob(token, oobCode, code)).status).not.toBe(200);
        await w.at(i).list(token).expect(401);
      }
      await waiting(w);
    },
  );

  test('R-005: an expired code shown with the mfa_token of another login harms nobody', async () => {
    const w = await twoProcesses(await makeStores());
    const { token, oobCode, code } = await waiting(w);
    const bob = { username: 'bob@example.com', password: 'battery staple' };
    const theirs = await mfaToken(w.app(0), bob); // a second use of the other process would purge
    w.set(1, 302);
    await w.at(1).oob(theirs, oobCode, wrongCode(code)).expect(401);
    w.set(1, 0);
    await w.at(0).oob(token, oobCode, code).expect(200);
  });
});
