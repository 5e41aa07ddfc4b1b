// thousands of requests for messages of all sorts at once.
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { testApp } from '../support/app.js';
import { expectBudgetsHeld } from '../support/budgets-held.js';
import { givePhones, LIMITS, mixedSends, mixedUsers } from '../support/mixed-sends.js';
import { storeKinds } from '../support/store-kinds.js';

test.each(storeKinds)(
  'R-130, D10 to D16: on %s, 5,000 mixed requests exceed no budget, by not a single message',
  { timeout: 120_000 },
  async (_, makeStores) => {
    const t = await testApp({
      sharedStores: await makeStores(),
      seedUsers: mixedUsers,
      sends: LIMITS,
    });
    t.app.set('trust proxy', 1);
    await givePhones(t.mfa);
    const server = t.app.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((listening) => server.once('listening', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const outcomes = await Promise.all([0, 1].map((share) => mixedSends(url, share, 2500)));
    expectBudgetsHeld(outcomes, t.messages.length);
    expect(t.messages.length).toBe(LIMITS.totalPerDay);
  },
);
