import { readFile } from 'node:fs/promises';
import type { Client, Clients } from 'express-mfa';
import { z } from 'zod';

const text = z.string().min(1);
const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number like +12025550123');

const user = z.object({
  id: text,
  username: text,
  password: text,
  email: z.email().optional(),
  email_verified: z.boolean().optional(),
  name: z.string().optional(),
  nickname: z.string().optional(),
  picture: z.string().optional(),
  blocked: z.boolean().optional(),
});

const client = z
  .object({
    client_id: text,
    client_secret: text.optional(),
    token_endpoint_auth_method: z
      .enum(['none', 'client_secret_post', 'client_secret_basic'])
      .default('none'),
    grant_types: z.array(text),
    application_type: z.enum(['web', 'native']).default('web'),
    redirect_uris: z.array(text).default([]),
    web_origins: z.array(text).default([]),
    logout_uris: z.array(text).default([]),
  })
  .refine((it) => it.token_endpoint_auth_method === 'none' || it.client_secret !== undefined, {
    path: ['client_secret'],
    error: 'is required unless token_endpoint_auth_method is none',
  });

const authenticator = z.discriminatedUnion('type', [
  z.object({
    user_id: text,
    type: z.literal('otp'),
    secret: z.string().regex(/^[A-Z2-7]{16,}=*$/i, 'must be base32'),
  }),
  z.object({ user_id: text, type: z.enum(['sms', 'voice']), phone_number: phone }),
  z.object({ user_id: text, type: z.literal('email'), email: z.email().optional() }),
]);

const seedFile = z
  .object({
    users: z.array(user).default([]),
    clients: z.array(client).default([]),
    authenticators: z.array(authenticator).default([]),
    apis: z.array(z.object({ audience: text, scopes: z.array(text) })).default([]),
  })
  .superRefine(({ users, clients, authenticators }, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    for (const [i, key] of repeated(users.map(({ id }) => id))) {
      complain(['users', i, 'id'], `repeats ${key}`);
    }
    for (const [i, key] of repeated(
      users.map((it) => it.username.normalize('NFKC').toLowerCase()),
    )) {
      complain(['users', i, 'username'], `repeats ${key}`);
    }
    for (const [i, key] of repeated(clients.map((it) => it.client_id))) {
      complain(['clients', i, 'client_id'], `repeats ${key}`);
    }
    for (const [i, it] of authenticators.entries()) {
      const owner = users.find(({ id }) => id === it.user_id);
      if (!owner) complain(['authenticators', i, 'user_id'], `names no user: ${it.user_id}`);
      else if (it.type === 'email' && !(it.email ?? owner.email)) {
        complain(['authenticators', i, 'email'], 'is required: the user has none');
      }
    }
  });

export type Seed = z.infer<typeof seedFile>;
export type SeedUser = Seed['users'][number];

function* repeated(keys: readonly string[]): Generator<[number, string]> {
  const seen = new Set<string>();
  for (const [i, key] of keys.entries()) {
    if (seen.has(key)) yield [i, key];
    seen.add(key);
  }
}

/** @throws Error that names the file and the path of everything that is wrong in it, in one line */
export async function readSeed(file: string): Promise<Seed> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`SEED_FILE ${file}: ${(error as Error).message}`);
  }
  const parsed = seedFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${pathOf(path)}: ${message}`);
  throw new Error(`SEED_FILE ${file}: ${problems.join('; ')}`);
}

function pathOf(path: readonly PropertyKey[]): string {
  const steps = path.map((it) => (typeof it === 'number' ? `[${it}]` : `.${String(it)}`));
  return steps.join('').replace(/^\./, '') || 'the file';
}

/** The clients of the seed file, in the shape that `createMfa({ clients })` takes. */
export function exampleClients(seed: Seed['clients']): Clients {
  const byId = new Map<string, Client>();
  const origins = new Set<string>();
  for (const it of seed) {
    for (const origin of it.web_origins) origins.add(origin);
    byId.set(it.client_id, {
      id: it.client_id,
      secret: it.client_secret,
      tokenEndpointAuthMethod: it.token_endpoint_auth_method,
      grantTypes: it.grant_types,
      applicationType: it.application_type,
      redirectUris: it.redirect_uris,
      webOrigins: it.web_origins,
      logoutUris: it.logout_uris,
    });
  }
  return { findById: (id) => byId.get(id), allowsOrigin: (origin) => origins.has(origin) };
}
