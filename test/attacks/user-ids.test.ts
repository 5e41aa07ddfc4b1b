// MFA state belongs to the id that the host gives, to the last code point.
import type { User } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { client, OTP } from '../support/app.js';
import { totp, world } from '../support/attack.js';
import { storeKinds } from '../support/store-kinds.js';

const ids = [
  'ann',
  'Ann',
  'ann ',
  ' ann',
  'ann\n',
  'ann\nspa',
  'аnn',
  'é',
  'e\u0301',
  'İ',
  'i\u0307',
  'ß',
  'ss',
  'ﬁ',
  'fi',
  '１',
  '1',
  '01',
  '1.0',
  'ann\u200b',
  '👩‍👩‍👧',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  "'; drop table users; --",
  '%',
  '_',
  `${'x'.repeat(254)}1`,
  `${'x'.repeat(254)}2`,
];

const users: readonly (User & { password: string })[] = ids.map((id, i) => ({
  id,
  email: `user${i}@example.com`,
  password: 'correct horse',
}));

describe.each(storeKinds)('on %s', (_, makeStores) => {
  test('R-125, B23: 30 users whose ids look alike have an authenticator each, and only their own', async () => {
    const w = await world({ makeStores, seedUsers: users });
    const c = client(w.app);
    const secrets: string[] = [];
    for (const [i, { email }] of users.entries()) {
      const login = { username: email };
      const required = (await c.login(login).expect(403)).body;
      expect([ids[i], required.mfa_requirements]).toEqual([
        ids[i],
        { enroll: [{ type: 'otp' }, { type: 'phone' }] },
      ]);
      const { secret } = (await c.associate(required.mfa_token, OTP).expect(200)).body;
      await c.otp(required.mfa_token, totp(secret, w.clock.now())).expect(200);
      secrets.push(secret);
    }
    w.clock.advance(60);
    for (const [i, { email }] of users.entries()) {
      const token = (await c.login({ username: email }).expect(403)).body.mfa_token;
      expect((await c.list(token).expect(200)).body).toHaveLength(2);
      const neighbour = secrets[(i + 1) % secrets.length] as string;
      await c.otp(token, totp(neighbour, w.clock.now())).expect(403);
      await c.otp(token, totp(secrets[i] as string, w.clock.now())).expect(200);
    }
  });
});

test.each([['\ud800'], ['a\udfff'], ['x'.repeat(256)]])(
  'R-125: an id that no store keeps faithfully, %j, logs nobody in',
  async (id) => {
    const user = { id, email: 'ann@example.com', password: 'correct horse' };
    const w = await world({ seedUsers: [user], policy: () => 'none' });
    expect((await client(w.app).login()).status).toBe(500);
  },
);
