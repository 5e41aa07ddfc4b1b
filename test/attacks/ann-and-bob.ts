// Two users with a phone each; the first waits for a code.
import { enrollPhone } from '../support/app.js';
import { challenged, mfaAccessToken, world } from '../support/attack.js';

export const BOB = { username: 'bob@example.com', password: 'battery staple' };
const BOBS = '+15555550177';

/** Ann and Bob have a phone each; Ann waits for a code. */
export async function annAndBob() {
  const w = await world();
  await enrollPhone(w);
  await enrollPhone(w, { phone: BOBS, login: BOB });
  return { w, ann: await challenged(w) };
}

/** Finishes a login that was begun for no particular audience, then asks for the MFA audience by a new one. */
export async function mfaAccessTokenOf(
  w: Awaited<ReturnType<typeof world>>,
  ann: { token: string; oobCode: string; code: string },
) {
  await w.at(0).oob(ann.token, ann.oobCode, ann.code).expect(200);
  w.clock.advance(601);
  return mfaAccessToken(w);
}
