// A change of the password ends what began before it, on every process, whatever its clock says.
import { describe, expect, test } from 'vitest';
import { client, OTP, testApp, testClock } from '../support/app.js';
import { mfaAccessToken, mfaToken, totp } from '../support/attack.js';
import { storeKinds } from '../support/store-kinds.js';

/** Two processes on one store; the second one's clock is `apart` seconds ahead. */
async function twoClocks(makeStores: (typeof storeKinds)[number][1], apart: number) {
  const sharedStores = await makeStores();
  const clock = testClock();
  const late = { now: () => clock.now() + apart * 1000, advance: clock.advance };
  const [here, there] = [
    await testApp({ sharedStores, clock }),
    await testApp({ sharedStores, clock: late, deviceCookie: true }),
  ].map((it, i) => Object.assign(it, { clock: i === 0 ? clock : late }));
  return { here, there } as { here: typeof here & object; there: typeof there & object };
}

type Process = Awaited<ReturnType<typeof twoClocks>>['here'];

async function enroll(t: Process): Promise<string> {
  const token = await mfaToken(t);
  const { secret } = (await client(t.app).associate(token, OTP).expect(200)).body;
  await client(t.app).otp(token, totp(secret, t.clock.now())).expect(200);
  t.clock.advance(90);
  return secret;
}

describe.each(storeKinds)('R-007: a change of the password, in %s', (_name, makeStores) => {
  test.each([-25, 0, 25])(
    'by a process whose clock is %i s ahead: earlier logins and tokens are dead everywhere, new ones work at once',
    async (apart) => {
      const { here, there } = await twoClocks(makeStores, apart);
      const secret = await enroll(here);
      const access = await mfaAccessToken(here, { secret });
      const login = await mfaToken(here);
      here.clock.advance(90);

      await there.mfa.onPasswordChanged('u1');
      for (const t of [here, there]) {
        const http = client(t.app);
        await http.list(access).expect(401);
        await http.list(login).expect(401);
        await http.associate(access, OTP).expect(401);
        await http.otp(login, totp(secret, t.clock.now())).expect(403);
      }
      const fresh = await mfaAccessToken(here, { secret });
      for (const t of [here, there]) await client(t.app).list(fresh).expect(200);
      await client(there.app).associate(fresh, OTP).expect(200);
      here.clock.advance(90);
      await client(here.app)
        .otp(await mfaToken(there), totp(secret, here.clock.now()))
        .expect(200);
    },
  );

  test.each([-25, 25])(
    'twice, by processes whose clocks are %i s apart: what began between is dead, too',
    async (apart) => {
      const { here, there } = await twoClocks(makeStores, apart);
      const secret = await enroll(here);
      await here.mfa.onPasswordChanged('u1');
      const access = await mfaAccessToken(here, { secret });
      const login = await mfaToken(there);
      await there.mfa.onPasswordChanged('u1');
      await client(here.app).list(access).expect(401);
      await client(here.app).list(login).expect(401);
    },
  );

  test('R-062: a user who was deleted and comes again: the count goes on', async () => {
    const { here, there } = await twoClocks(makeStores, 25);
    const secret = await enroll(here);
    await here.mfa.onPasswordChanged('u1');
    const access = await mfaAccessToken(here, { secret });
    await there.mfa.onUserDeleted('u1');
    await client(here.app).list(access).expect(401);
    const again = await enroll(here);
    await client(here.app).list(access).expect(401);
    expect(
      (await client(here.app).list(await mfaAccessToken(here, { secret: again }))).status,
    ).toBe(200);
  });
});

test('the MFA API’s own tokens state which change they came after, others do not', async () => {
  const t = await testApp();
  const secret = await enroll(t);
  await t.mfa.onPasswordChanged('u1');
  const claimsOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  expect(claimsOf(await mfaAccessToken(t, { secret }))).toMatchObject({ mfa_epoch: 1 });
  t.clock.advance(90);
  const token = await mfaToken(t);
  const { body } = await client(t.app).otp(token, totp(secret, t.clock.now())).expect(200);
  expect(claimsOf(body.access_token)).not.toHaveProperty('mfa_epoch');
});
