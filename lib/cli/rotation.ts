import type { KeyRing, MfaKeys, SigningKey } from '../crypto/keys.js';
import { systemRandom } from '../ports/index.js';
import { newSecret } from '../setup/generate-keys.js';
import { type Algorithm, generateSigningKey, importSigningKey } from '../tokens/keys.js';
import { CliError } from './command.js';

/** The parts of a set that can be rotated each by itself. */
export type Part = 'pepper' | 'encryption' | 'signing';

const PARTS: readonly Part[] = ['pepper', 'encryption', 'signing'];

/** @throws CliError when it is no part */
export function partsOf(what: string): readonly Part[] {
  const parts = what === 'all' ? PARTS : PARTS.filter((it) => it === what);
  if (parts.length > 0) return parts;
  throw new CliError(`--what "${what}": use pepper, encryption, signing or all`, 2);
}

/** How one part changes. */
interface Change {
  ring(ring: KeyRing, part: Part): KeyRing;
  signing(keys: readonly SigningKey[]): Promise<readonly SigningKey[]>;
}

const random = systemRandom();

/** Prepared keys carry this mark: published and accepted, and last in the list, so that they do not sign yet. */
const isNext = (key: SigningKey): boolean => key['next'] === true;

const algorithmOf = (key: SigningKey): Algorithm => importSigningKey(key).alg;

const algorithms = (keys: readonly SigningKey[]) => [...new Set(keys.map(algorithmOf))];

const prepared = (part: Part) =>
  new CliError(`the next ${part} key is prepared already: deploy it, then run keys rotate`);

/** Makes new keys known that are not used yet. */
export const prepare: Change = {
  ring(ring, part) {
    if (ring.next) throw prepared(part);
    const { current, previous = [] } = ring;
    return { current, next: newSecret(random), previous };
  },
  async signing(keys) {
    if (keys.some(isNext)) throw prepared('signing');
    const made = await Promise.all(algorithms(keys).map((alg) => generateSigningKey(alg)));
    return [...keys, ...made.map((key) => ({ ...key, next: true }))];
  },
};

/** Puts the prepared keys to use, or new ones where none was prepared. */
export const rotate: Change = {
  ring: ({ current, next = newSecret(random), previous = [] }) => ({
    current: next,
    previous: [current, ...previous],
  }),
  async signing(keys) {
    const first = algorithms(keys).map(async (alg) => {
      const ready = keys.find((key) => isNext(key) && algorithmOf(key) === alg);
      if (!ready) return generateSigningKey(alg);
      const { next: _, ...key } = ready;
      return key as SigningKey;
    });
    return [...(await Promise.all(first)), ...keys.filter((key) => !isNext(key))];
  },
};

/** Leaves what is in use and what is prepared. */
export const retire: Change = {
  ring: ({ current, next }) => ({ current, ...(next && { next }) }),
  async signing(keys) {
    const used = keys.filter((key) => !isNext(key));
    const first = algorithms(used).map((alg) => used.find((key) => algorithmOf(key) === alg));
    return keys.filter((key) => isNext(key) || first.includes(key));
  },
};

export async function changed(
  keys: MfaKeys,
  parts: readonly Part[],
  { ring, signing }: Change,
): Promise<MfaKeys> {
  const has = (part: Part) => parts.includes(part);
  return {
    pepper: has('pepper') ? ring(keys.pepper, 'pepper') : keys.pepper,
    encryption: has('encryption') ? ring(keys.encryption, 'encryption') : keys.encryption,
    signing: has('signing') ? await signing(keys.signing) : keys.signing,
  };
}
