// the last authenticator goes only where no login needs one, however many are removed at once.
import type { PolicyAnswer } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { enrollPhone, OTP } from '../support/app.js';
import {
  copies,
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  spareApp,
  sparePhone,
  tally,
  totp,
  type World,
  world,
  wrongCode,
} from '../support/attack.js';
import { storeKinds } from '../support/store-kinds.js';

const LAST = {
  error: 'access_denied',
  error_description: 'The last authenticator cannot be removed.',
};

const active = async (w: World): Promise<string[]> => {
  const { authenticators } = await w.mfa.store.load({ userId: 'u1' });
  return authenticators.filter((it) => it.status === 'active').map(({ kind }) => kind);
};

type Policy = (_user: unknown, _client: unknown, audience: string) => PolicyAnswer;

/** A user with an authenticator app alone, who just passed it; the policy is in force from then on. */
async function onlyApp(policy?: Policy) {
  let enrolled = false;
  const asked: Policy = (...login) => (enrolled && policy ? policy(...login) : 'enroll');
  const w = await world({ ...(policy && { policy: asked }) });
  const { id, secret } = await enrollOtp(w);
  const access = await mfaAccessToken(w, { secret });
  enrolled = true;
  return { w, id, secret, access, remove: () => w.at(0).remove(access, id) };
}

describe('R-055: the last authenticator', () => {
  test.each<PolicyAnswer>(['enroll', 'challenge', { enroll: ['otp'] }, { challenge: ['otp'] }])(
    'R-055: stays under the policy %j',
    async (answer) => {
      const { w, remove } = await onlyApp(() => answer);
      const refused = await remove();
      expect([refused.status, refused.body]).toEqual([403, LAST]);
      expect(await active(w)).toEqual(['otp', 'recovery-code']);
    },
  );

  test('R-055: stays by default', async () => {
    expect((await (await onlyApp()).remove()).body).toEqual(LAST);
  });

  test('R-055: goes where no login needs one, and the next login needs none', async () => {
    const { w, remove } = await onlyApp(() => 'none');
    await remove().expect(204);
    await w.at(0).login().expect(200);
  });

  test('R-055: stays when the logins of one API need it', async () => {
    const api = 'https://api.example.com/';
    const { remove } = await onlyApp((_user, _client, audience) =>
      audience === api ? 'challenge' : 'none',
    );
    expect((await remove()).body).toEqual(LAST);
  });

  test('R-055: a pending enrollment and the recovery code are no other authenticator', async () => {
    const { w, access, remove } = await onlyApp();
    await w.at(0).associate(access, OTP).expect(200);
    expect((await remove()).body).toEqual(LAST);
  });

  test('R-055: of the kind that the policy asks for stays, whatever else there is', async () => {
    const { w, access, remove } = await onlyApp(() => ({ challenge: ['otp'] }));
    await sparePhone(w);
    expect((await remove()).body).toEqual(LAST);
    const phone = (await w.at(0).list(access)).body.find(
      ({ type }: { type: string }) => type === 'phone',
    );
    await w.at(0).remove(access, phone.id).expect(204);
  });

  test('R-055: one that failures disabled does not count as left', async () => {
    const { w, secret, access, id } = await onlyApp();
    await sparePhone(w);
    const { account, authenticators } = await w.mfa.store.load({ userId: 'u1' });
    const phone = authenticators.find(({ kind }) => kind === 'phone');
    const failures = { [phone?.id ?? '']: 50 };
    await w.mfa.store.commit({ account: { ...account, failures } as never });
    expect((await w.at(0).remove(access, id)).body).toEqual(LAST);
    w.clock.advance(60);
    await w
      .at(0)
      .otp(await mfaToken(w), totp(secret, w.clock.now()))
      .expect(200);
  });

  test('R-055: an mfa_token, or a guess, does not bring it to fall', async () => {
    const { w, id, secret } = await onlyApp(() => 'none');
    const token = await mfaToken(w);
    await w
      .at(0)
      .otp(token, wrongCode(totp(secret, w.clock.now())))
      .expect(403);
    expect((await w.at(0).remove(token, id)).status).toBe(401);
    expect(await active(w)).toContain('otp');
  });
});

describe.each(storeKinds)('on %s', (_, makeStores) => {
  test('R-055: two removals of the two last ones at once leave one, 20 times', async () => {
    for (let round = 0; round < 20; round++) {
      const w = await world({ makeStores, slow: 3 });
      const { id } = await enrollPhone(w);
      await spareApp(w);
      const access = await mfaAccessToken(w);
      const list = (await w.at(0).list(access)).body as { id: string; type: string }[];
      const ids = [id, list.find(({ type }) => type === 'otp')?.id ?? ''];
      const answers = await copies(2, (i) => w.at(i).remove(access, ids[i] as string));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 403]);
      expect(tally(answers)).toMatchObject({ '403 access_denied': 1 });
      const left = (await active(w)).filter((kind) => kind !== 'recovery-code');
      expect(left).toHaveLength(1);
    }
  });
});
