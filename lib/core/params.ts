import { errors } from '../errors.js';

/** What a parameter may look like. */
export interface Grammar {
  readonly pattern: RegExp;
  /** Ends the sentence "NAME must be …". */
  readonly hint: string;
}

const MAX_LENGTH = 2048;

/** Any text without control characters, at most 2,048 characters. */
export const text: Grammar = {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  pattern: /^[^\u0000-\u001f\u007f]+$/,
  hint: 'text without control characters',
};

/** Passwords may hold any character. */
export const secretText: Grammar = { pattern: /^[\s\S]+$/, hint: 'a string' };

/** Exactly `n` ASCII digits. */
export const digits = (n: number): Grammar => ({
  pattern: new RegExp(`^[0-9]{${n}}$`),
  hint: `${n} digits`,
});

/**
 * The parameters of one request, and the only way to read them: each is a string of its grammar, sent once.
 * `null` and the empty string count as absent, unknown parameters are ignored (wire.md 1.4).
 */
export class Params {
  private readonly values: ReadonlyMap<string, unknown>;

  constructor(values: ReadonlyMap<string, unknown>) {
    this.values = values;
  }

  /** @throws OAuthError `invalid_request` when absent or not of the grammar */
  required(name: string, grammar: Grammar = text): string {
    const value = this.optional(name, grammar);
    if (value === undefined) throw errors.missingParameter(name);
    return value;
  }

  /** @throws OAuthError `invalid_request` when present and not of the grammar */
  optional(name: string, grammar: Grammar = text): string | undefined {
    const value = this.values.get(name);
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') throw errors.invalidParameter(name, 'one string');
    if (value.length > MAX_LENGTH) {
      throw errors.invalidParameter(name, `at most ${MAX_LENGTH} characters long`);
    }
    if (!grammar.pattern.test(value)) throw errors.invalidParameter(name, grammar.hint);
    return value;
  }

  /**
   * A list of words: an array of strings, or one string.
   *
   * @throws OAuthError `invalid_request` when it is anything else
   */
  words(name: string): readonly string[] {
    const value = this.values.get(name);
    if (!Array.isArray(value)) {
      const word = this.optional(name);
      return word === undefined ? [] : [word];
    }
    const word = /^[A-Za-z0-9_-]{1,32}$/;
    if (value.length > 10 || !value.every((it) => typeof it === 'string' && word.test(it))) {
      throw errors.invalidParameter(name, 'a list of at most 10 words');
    }
    return value as string[];
  }
}
