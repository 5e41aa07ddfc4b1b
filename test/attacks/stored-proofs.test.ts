// What lies in the store of a proof, moved to another row or used up.
import { describe, expect, test } from 'vitest';
import { enrollPhone } from '../support/app.js';
import { enrollOtp, mfaToken, totp, type World, world } from '../support/attack.js';

const BOB = { username: 'bob@example.com', password: 'battery staple' };

/** Gives the authenticator of one user the credential of another, as a thief with write access would. */
async function swap(w: World, kind: string) {
  const { mfa } = w;
  const ann = await mfa.store.load({ userId: 'u1' });
  const bob = await mfa.store.load({ userId: 'u2' });
  const [hers, his] = [ann, bob].map(({ authenticators }) =>
    authenticators.find((it) => it.kind === kind),
  );
  if (!hers || !his || !ann.account) throw new Error('not enrolled');
  await mfa.store.commit({
    account: ann.account,
    put: { authenticators: [{ ...hers, credential: his.credential, address: his.address }] },
  });
}

describe('R-073: a credential that was moved to another row', () => {
  test('R-073: of an authenticator app does not verify, and raises the alarm', async () => {
    const w = await world();
    const ann = await enrollOtp(w);
    const bob = await enrollOtp(w, BOB);
    await swap(w, 'otp');
    for (const { secret } of [ann, bob]) {
      const answer = await w.at(0).otp(await mfaToken(w), totp(secret, w.clock.now()));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body.access_token).toBeUndefined();
    }
    expect(w.events.map(({ event }) => event)).toContain('totp.secret.decrypt_failed');
  });

  test('R-073: of a phone gets no message', async () => {
    const w = await world();
    await enrollPhone(w);
    await enrollPhone(w, { phone: '+15555550177', login: BOB });
    await swap(w, 'phone');
    const sent = w.messages.length;
    const answer = await w.at(0).challenge({ mfa_token: await mfaToken(w) });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(w.messages.length).toBe(sent);
  });

  test('R-073, R-080: of a recovery code is worth nothing', async () => {
    const w = await world();
    await enrollOtp(w);
    const bob = await enrollOtp(w, BOB);
    await swap(w, 'recovery-code');
    await w
      .at(0)
      .recovery(await mfaToken(w), bob.recoveryCode)
      .expect(403);
    await w
      .at(0)
      .recovery(await mfaToken(w, BOB), bob.recoveryCode)
      .expect(200);
  });
});

describe('R-080, R-081: recovery codes', () => {
  test('R-080, B6: one of another user is wrong, and is not used up by it', async () => {
    const w = await world();
    const ann = await enrollOtp(w);
    await enrollOtp(w, BOB);
    const answer = await w.at(0).recovery(await mfaToken(w, BOB), ann.recoveryCode);
    expect(answer.body.error_description).toBe('MFA Authorization rejected.');
    await w
      .at(0)
      .recovery(await mfaToken(w), ann.recoveryCode)
      .expect(200);
  });

  test('R-081: one works once; the next one is shown once and works', async () => {
    const w = await world();
    const { recoveryCode } = await enrollOtp(w);
    const first = await w
      .at(0)
      .recovery(await mfaToken(w), recoveryCode)
      .expect(200);
    expect(first.body.recovery_code).not.toBe(recoveryCode);
    await w
      .at(1)
      .recovery(await mfaToken(w), recoveryCode)
      .expect(403);
    const spelled = first.body.recovery_code.toLowerCase().replace(/(.{4})/g, '$1-');
    await w
      .at(1)
      .recovery(await mfaToken(w), spelled)
      .expect(200);
  });

  test.each(['', ' ', '-', '----', [], {}, 0, null, true])('R-080: %j is none', async (value) => {
    const w = await world();
    await enrollOtp(w);
    const answer = await w.at(0).recovery(await mfaToken(w), value as string);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.access_token).toBeUndefined();
  });
});
