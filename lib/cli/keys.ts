import { generateKeys } from '../setup/generate-keys.js';
import {
  type Command,
  flag,
  optional,
  print,
  required,
  string,
  tell,
  type Values,
} from './command.js';
import { type KeyFile, readKeys, render, replaceKeys, writeNew } from './key-file.js';
import { changed, type Part, partsOf, prepare, retire, rotate } from './rotation.js';

/** `keys`: a new set. */
export const makeKeys: Command = {
  options: { out: string, base64: flag },
  async run(values) {
    const text = render(await generateKeys(), values['base64'] === true);
    const out = optional(values, 'out');
    if (out === undefined) print(text);
    else writeNew(out, text);
    return 0;
  },
};

const options = { in: string, out: string, what: string, base64: flag };

/** `keys rotate`: a new key in use, or one made known with `--prepare`. */
export const rotateKeys: Command = {
  options: { ...options, prepare: flag },
  async run(values) {
    const parts = partsOf(optional(values, 'what') ?? 'all');
    const first = values['prepare'] === true;
    await rewrite(values, parts, first ? prepare : rotate);
    const said = first
      ? 'made known and not used yet: deploy the set everywhere, then run keys rotate'
      : 'rotated: deploy the set everywhere; docs/keys.md says when the previous keys may go';
    tell(`${parts.join(', ')} ${said}`);
    return 0;
  },
};

/** `keys retire`: the previous keys go. */
export const retireKeys: Command = {
  options,
  async run(values) {
    const hint = 'say which keys may go: pepper, encryption, signing or all';
    await rewrite(values, partsOf(required(values, 'what', hint)), retire);
    return 0;
  },
};

/** In place, from a file to a new one, or from stdin to stdout. */
async function rewrite(values: Values, parts: readonly Part[], change: typeof rotate) {
  const from = optional(values, 'in') ?? '-';
  const out = optional(values, 'out');
  const next = async ({ keys, base64 }: KeyFile) =>
    render(await changed(keys, parts, change), base64 || values['base64'] === true);
  if (out !== undefined) writeNew(out, await next(readKeys(from)));
  else if (from === '-') print(await next(readKeys(from)));
  else await replaceKeys(from, next);
}
