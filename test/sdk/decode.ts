// The notation of decoders.ts, and the reader of it.
import { z } from 'zod';

/** The answers of the wire that SDKs decode. */
export type Answer =
  | 'otp enrollment'
  | 'oob enrollment'
  | 'otp challenge'
  | 'oob challenge'
  | 'list item'
  | 'tokens'
  | 'mfa_required'
  | 'error'
  | 'JWK';

/**
 * The members that one SDK decodes of each answer, as words: `name:type` has to be there, `name?:type` may be absent
 * but is of that type when it is there, `!name` must not be there. Answers that an SDK does not decode are left out.
 */
export type Decoders = Readonly<Partial<Record<Answer, string>>>;

/** `null` is no value of any of them: Swift, Kotlin and zod refuse it, and nothing here has a use for it. */
const factors = z.array(z.looseObject({ type: z.string() })).optional();
const types: Readonly<Record<string, z.ZodType>> = {
  string: z.string(),
  boolean: z.boolean(),
  /** Int32 of .NET and Kotlin, int64 of Go. */
  int: z.number().int().min(0).max(2_147_483_647),
  strings: z.array(z.string()),
  date: z.iso.datetime(),
  otp: z.literal('otp'),
  oob: z.literal('oob'),
  kind: z.enum(['otp', 'oob', 'recovery-code']),
  /** Literal of server-python, union of auth-js. */
  channel: z.enum(['sms', 'voice', 'auth0', 'email']),
  requirements: z.looseObject({ enroll: factors, challenge: factors }),
};

function schemaOf(words: string): z.ZodType {
  const shape = words.split(/\s+/).filter(Boolean).map(memberOf);
  return z.looseObject(Object.fromEntries(shape));
}

function memberOf(word: string): [string, z.ZodType] {
  if (word.startsWith('!')) return [word.slice(1), z.undefined().optional()];
  const [, name = '', optional, type = ''] = /^(\w+)(\??):(\w+)$/.exec(word) ?? [];
  const schema = types[type];
  if (!schema) throw new Error(`no such notation: ${word}`);
  return [name, optional === '?' ? schema.optional() : schema];
}

const compiled = new Map<string, z.ZodType>();

function compile(words: string): z.ZodType {
  const schema = compiled.get(words) ?? schemaOf(words);
  compiled.set(words, schema);
  return schema;
}

/** What each SDK finds wrong with an answer, one line each. */
export function complaints(
  sdks: Readonly<Record<string, Decoders>>,
  answer: Answer,
  body: unknown,
): readonly string[] {
  return Object.entries(sdks).flatMap(([sdk, decoders]) => {
    const words = decoders[answer];
    const result = words === undefined ? undefined : compile(words).safeParse(body);
    const issues = result?.error?.issues ?? [];
    return issues.map(({ path, message }) => `${sdk}: ${answer} ${path.join('.')}: ${message}`);
  });
}
