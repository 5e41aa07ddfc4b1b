// the id of an authenticator is one exact string.
import type { PolicyAnswer } from 'express-mfa';
import { expect, test } from 'vitest';
import { client, enrollPhone, testApp } from '../support/app.js';
import { enrollOtp, mfaAccessToken, mfaToken } from '../support/attack.js';

/** Ways to write an id that are not the id, made of the id. */
const near: readonly (readonly [string, (id: string) => string])[] = [
  ['encoded twice', (id) => encodeURIComponent(encodeURIComponent(id))],
  ['encoded three times', (id) => encodeURIComponent(encodeURIComponent(encodeURIComponent(id)))],
  ['in capitals', (id) => encodeURIComponent(id.toUpperCase())],
  ['in small letters', (id) => encodeURIComponent(id.toLowerCase().replace('dev_', 'dev_x'))],
  ['with a dot behind it', (id) => `${encodeURIComponent(id)}.`],
  ['with a slash behind it and more', (id) => `${encodeURIComponent(id)}/x`],
  ['with a space behind it', (id) => `${encodeURIComponent(id)}%20`],
  ['with a space before it', (id) => `%20${encodeURIComponent(id)}`],
  ['with a zero byte behind it', (id) => `${encodeURIComponent(id)}%00`],
  ['with a zero-width space in it', (id) => encodeURIComponent(id.replace('|', '|\u200b'))],
  ['with a full-width bar', (id) => encodeURIComponent(id.replace('|', '\uff5c'))],
  ['with two bars', (id) => encodeURIComponent(id.replace('|', '||'))],
  ['without its type', (id) => id.split('|')[1] as string],
  ['without its random part', (id) => encodeURIComponent(`${id.split('|')[0]}|`)],
  ['of another type', (id) => encodeURIComponent(`sms|${id.split('|')[1]}`)],
  ['cut short', (id) => encodeURIComponent(id.slice(0, -1))],
  ['with one letter more', (id) => encodeURIComponent(`${id}A`)],
  ['a wild card', () => '*'],
  ['a pattern of SQL', (id) => encodeURIComponent(`${id.slice(0, -1)}_`)],
  ['a per cent sign', () => 'totp%7C%25'],
  ['a path', (id) => `x/..%2F${encodeURIComponent(id)}`],
  ['a path that goes up', (id) => `..%2f${encodeURIComponent(id)}`],
  ['a query behind it', (id) => `${encodeURIComponent(id)}%3Fid=1`],
  ['an array', (id) => encodeURIComponent(JSON.stringify([id]))],
  ['a prototype', () => '__proto__'],
  ['broken encoding', (id) => `${id.split('|')[0]}%7`],
];

test.each(near)('R-126: an id %s removes nothing', async (_, write) => {
  const t = await testApp();
  const { secret, id } = await enrollOtp(t);
  const access = await mfaAccessToken(t, { secret });
  const { authenticators } = await t.mfa.store.load({ userId: 'u1' });
  const answer = await client(t.app)
    .http.delete(`/mfa/authenticators/${write(id)}`)
    .set('Authorization', `Bearer ${access}`);
  expect([400, 404]).toContain(answer.status);
  expect((await t.mfa.store.load({ userId: 'u1' })).authenticators).toEqual(authenticators);
});

test('R-126: the id itself, its bar encoded once or not at all, is the id', async () => {
  for (const write of [encodeURIComponent, (id: string) => id]) {
    let wants: PolicyAnswer = 'enroll';
    const t = await testApp({ policy: () => wants });
    const { secret, id } = await enrollOtp(t);
    wants = 'none'; // the last one may go
    const access = await mfaAccessToken(t, { secret });
    await client(t.app)
      .http.delete(`/mfa/authenticators/${write(id)}`)
      .set('Authorization', `Bearer ${access}`)
      .expect(204);
  }
});

test('R-126: nor does one that is not exact start a challenge', async () => {
  const t = await testApp();
  const { id } = await enrollPhone(t);
  t.clock.advance(600);
  const sent = t.messages.length;
  const c = client(t.app);
  for (const [, write] of near) {
    const authenticator_id = write(id);
    const answer = await c.challenge({ mfa_token: await mfaToken(t), authenticator_id });
    expect([authenticator_id, answer.status < 400]).toEqual([authenticator_id, false]);
  }
  expect(t.messages.length).toBe(sent);
});
