// what a challenge is bound to, one and two fields at a time off, with a code that is right where it belongs.
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, SMS, testApp } from '../support/app.js';
import { challenged, mfaAccessToken, mfaToken, type World, world } from '../support/attack.js';
import { BOB } from './ann-and-bob.js';

const FIELDS = ['user', 'client', 'mfa_token', 'authenticator', 'purpose', 'issuer'] as const;
type Field = (typeof FIELDS)[number];

const singles = FIELDS.map((it) => [it]);
const pairs = FIELDS.flatMap((a, i) => FIELDS.slice(i + 1).map((b) => [a, b]));

const EMAIL = { authenticator_types: ['oob'], oob_channels: ['email'], email: 'a@example.com' };

/** Ann has a phone and a mailbox, an enrollment under way and a code on its way to the phone; Bob has a phone. */
async function scene() {
  const w = await world();
  await enrollPhone(w);
  await enrollPhone(w, { phone: '+15555550177', login: BOB });
  w.clock.advance(600);
  const access = await mfaAccessToken(w);
  const mail = (await w.at(0).associate(access, EMAIL).expect(200)).body;
  await w.at(0).oob(access, mail.oob_code, w.code()).expect(200);
  w.clock.advance(60);
  const enrolling = async (body: object) => {
    const started = (
      await w
        .at(0)
        .associate(access, body as never)
        .expect(200)
    ).body;
    w.clock.advance(70);
    return { oobCode: started.oob_code as string, code: w.code() };
  };
  const enrollment = {
    phone: await enrolling({ ...SMS, phone_number: '+15555550188' }),
    email: await enrolling({ ...EMAIL, email: 'b@example.com' }),
  };
  w.clock.advance(60);
  const asked = async (channel: string, token: string) => {
    const challenge = { mfa_token: token, oob_channel: channel };
    const { body } = await w.at(0).challenge(challenge).expect(200);
    return { oobCode: body.oob_code as string, code: w.code() };
  };
  const ann = await challenged(w, {}, 'spa');
  w.clock.advance(40);
  const email = await asked('email', ann.token);
  return { w, ann, email, enrollment };
}

/** What is submitted when these fields are off: everything else is Ann's, and the code is right for the handle. */
async function submitted(
  { w, ann, email, enrollment }: Awaited<ReturnType<typeof scene>>,
  off: readonly Field[],
) {
  const is = (field: Field) => off.includes(field);
  const clientId = is('client') ? 'other' : 'spa';
  const isAnns = !is('user') && !is('client') && !is('mfa_token');
  const token = isAnns ? ann.token : await mfaToken(w, is('user') ? BOB : {}, clientId);
  const place = is('authenticator') ? 'email' : 'phone';
  const handles = is('purpose') ? enrollment : { phone: ann, email };
  const { oobCode, code } = handles[place];
  // Ann may well prove herself by her own mailbox: there the code is the one that went to the phone.
  return {
    clientId,
    token,
    oobCode,
    code: is('authenticator') && !is('purpose') ? ann.code : code,
  };
}

const hostOf = async (w: World, off: readonly Field[]) => {
  if (!off.includes('issuer')) return w.at(0);
  const stores = () => w.mfa.store;
  const other = await testApp({
    issuer: 'https://auth.example.org/',
    sharedStores: stores,
    clock: w.clock,
  });
  return client(other.app);
};

describe('R-004: a right code whose place is off by', () => {
  test.each([...singles, ...pairs].map((off) => [off.join(' and '), off] as const))(
    'R-004: %s gives nothing, and its holder can still finish',
    async (_fields, off) => {
      const at = await scene();
      const { w, ann } = at;
      const { clientId, token, oobCode, code } = await submitted(at, off as Field[]);
      const http = await hostOf(w, off as Field[]);
      const answer = await http.oob(token, oobCode, code, { client_id: clientId });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.body.access_token).toBeUndefined();
      await w.at(0).oob(ann.token, ann.oobCode, ann.code).expect(200);
    },
  );
});
