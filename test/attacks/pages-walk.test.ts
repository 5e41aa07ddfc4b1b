// R-012, B5: restart, back, another way, tabs, forms and cookies of long ago: the state of the server decides, each time.
import { expect, test } from 'vitest';
import { type Transition, walk } from '../pages/walk.js';

/** What the walks have to come by, or they prove little. */
const OFTEN = [
  'open',
  'link',
  'back',
  'tab',
  'wait',
  'old cookies',
  '/login right',
  '/login wrong',
  '/login/mfa/verify known',
  '/login/mfa/verify wrong',
  '/login/mfa/send sent',
  '/login/mfa/recovery known',
  '/login/mfa/enroll sms',
  '/login/mfa/enroll otp',
  '/login/mfa/again sent',
  '/login/mfa/step-up sent',
  '/login/mfa/recovery-code sent',
  '/account/security/add/enroll otp',
  '/account/security/add/verify known',
  '/account/security/recovery-code sent',
  '/pay sent',
];

/** Events of a proof that was compared and was right. */
const passedFor = ({ events }: Transition, userId: string) =>
  events.filter((it) => it.event === 'mfa.verify.ok' && it.userId === userId).length;

test('R-012, B5: in 2,400 random transitions nobody has a second factor who has not just proved it', {
  timeout: 180_000,
}, async () => {
  const taken: Transition[] = [];
  for (let seed = 1; seed <= 12; seed++) taken.push(...(await walk(20_261_124 + seed, 200)));
  expect(taken).toHaveLength(2400);

  for (const [i, transition] of taken.entries()) {
    const { action, page, knows, proofs, enrolled } = transition;
    const where = `${i}: ${action} → ${page?.status} ${page?.path}: ${page?.text.slice(0, 200)}`;
    if (page) {
      expect(page.status, where).toBeLessThan(500);
      const isSilent = page.forms.length + Object.keys(page.links).length === 0;
      // The host's own page, or a guard's that says in words what to do.
      if (isSilent && !['/', '/home'].includes(page.path))
        expect(page.text, where).toMatch(/: add a phone|again/);
      expect(page.text, where).not.toMatch(/TypeError|node_modules|undefined|\[object/);
    }
    for (const { sub, amr } of proofs) {
      if (amr.includes('mfa')) {
        expect(knows, where).toBeDefined();
        expect(action, where).toMatch(/\/(verify|recovery) known$/);
        expect(passedFor(transition, sub), where).toBe(1);
      } else {
        expect([sub, amr], where).toEqual(['free', ['pwd']]);
        expect(enrolled, where).not.toContain(sub);
        expect(action, where).toBe('/login right');
      }
    }
    expect(proofs.length, where).toBeLessThan(2);
  }

  const count = (action: string) => taken.filter((it) => it.action === action).length;
  expect(OFTEN.filter((action) => count(action) < 4)).toEqual([]);
  const passed = taken.filter(({ proofs }) => proofs.some(({ amr }) => amr.includes('mfa')));
  expect(passed.length).toBeGreaterThan(25);
  expect(new Set(passed.flatMap(({ proofs }) => proofs.map(({ sub }) => sub))).size).toBe(4);
});
