import { beforeAll, describe, expect, test } from 'vitest';
import { masked } from '../support/masked.js';
import { build, directory, endAfterwards, PHONE, SMS, start } from './process.js';

endAfterwards();

beforeAll(build, 60_000);

const ANN = 'ann@example.com';

describe.concurrent('the example app on its embedded database', { timeout: 60_000 }, () => {
  test('loses nothing that it answered when it is killed', async () => {
    const here = directory();
    const first = await start(here);
    const { mfa_token: mfaToken } = (await first.login(ANN)).body;
    const associated = (await first.associate(mfaToken, SMS)).body;
    const { code } = (await first.outbox(PHONE))[0];
    await first.end('SIGKILL');

    const second = await start(here);
    const confirmed = await second.confirm(mfaToken, associated.oob_code, code);
    expect(confirmed.status).toBe(200);
    await second.end('SIGKILL');

    const third = await start(here);
    const replayed = await third.confirm(mfaToken, associated.oob_code, code);
    expect(replayed.body).toEqual({
      error: 'invalid_grant',
      error_description: 'Malformed mfa_token',
    });
    const { mfa_token: next } = (await third.login(ANN)).body;
    expect((await third.list(next)).body).toMatchObject([
      { id: associated.id, active: true, name: masked('0147') },
      { oob_channel: 'voice', active: true },
      { authenticator_type: 'recovery-code', active: true },
    ]);
    expect((await third.whoami(confirmed.body.access_token)).body.sub).toBe('u1');
  });

  test('keeps the count of wrong guesses when it is killed', async () => {
    const here = directory();
    const first = await start(here);
    const { mfa_token: mfaToken } = (await first.login('carol@example.com')).body;
    const { oob_code: oobCode } = (await first.challenge(mfaToken)).body;
    const { code } = (await first.outbox('+12025550123'))[0];
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    for (let i = 0; i < 5; i++) {
      expect((await first.confirm(mfaToken, oobCode, wrong)).status).toBe(403);
    }
    await first.end('SIGKILL');
    const second = await start(here);
    const refused = await second.confirm(mfaToken, oobCode, code);
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(30);
    expect(wait).toBeLessThanOrEqual(60);
  });

  test('is one app in two processes', async () => {
    const here = directory();
    const [one, other] = await Promise.all([start(here), start(here)]);
    const { mfa_token: mfaToken } = (await one.login(ANN)).body;
    const associated = (await other.associate(mfaToken, SMS)).body;
    const { code } = (await other.outbox(PHONE))[0];
    const copies = await Promise.all(
      [one, other, one, other].map((app) => app.confirm(mfaToken, associated.oob_code, code)),
    );
    expect(copies.filter(({ status }) => status === 200)).toHaveLength(1);
    const { access_token: token } = copies.find(({ status }) => status === 200)?.body ?? {};
    expect((await one.whoami(token)).status).toBe(200);
    expect((await other.whoami(token)).status).toBe(200);
  });
});
