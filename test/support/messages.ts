// People who ask for messages from many addresses.
import type { Stores } from 'express-mfa';
import type { Response } from 'supertest';
import { client, SMS, type TestAppOptions, testApp } from './app.js';
import { manyUsers } from './attack.js';

/** A German mobile number that could be somebody's; those of one block differ in the last four digits. */
export const german = (block: number, i: number): string =>
  `+4915112${String(block).padStart(2, '0')}${String(i).padStart(4, '0')}`;

/** A number of a film; each is of a block of its own. */
export const fictional = (i: number): string => `+1555${String(1_000_000 + i * 7919).slice(0, 7)}`;

/** An address of the documentation ranges, each in a /24 of its own. */
export const fromAnywhere = (i: number): string => `203.${i >> 8}.${i & 255}.7`;

export interface Ask {
  /** Whom the login is of; each user once in 30 seconds. */
  readonly user: number;
  readonly from?: string;
  readonly to?: string;
  readonly channel?: 'sms' | 'voice' | 'email';
}

/** One process behind a proxy, with many users. */
export async function crowd(options: TestAppOptions & { readonly stores?: Stores } = {}) {
  const { stores, ...given } = options;
  const t = await testApp({
    seedUsers: manyUsers(400),
    ...(stores && { sharedStores: stores }),
    ...given,
  });
  t.app.set('trust proxy', 1);
  const http = client(t.app);
  const token = async ({ user, from = fromAnywhere(user) }: Ask): Promise<string> => {
    const login = http.login({ username: `user${user}@example.com` });
    return (await login.set('X-Forwarded-For', from).expect(403)).body.mfa_token;
  };
  return Object.assign(t, {
    token,
    /** Starts an enrollment: its code is sent, or refused. */
    async enroll(ask: Ask, bearer?: string): Promise<Response> {
      const { user, from = fromAnywhere(user), to = fictional(user), channel = 'sms' } = ask;
      const where = channel === 'email' ? { email: to } : { phone_number: to };
      const body = { ...SMS, phone_number: undefined, oob_channels: [channel], ...where };
      const request = http.associate(bearer ?? (await token(ask)), body);
      return request.set('X-Forwarded-For', from);
    },
    /** Asks for the code of a login. */
    async challenge(ask: Ask, body: object = {}): Promise<Response> {
      const request = http.challenge({ mfa_token: await token(ask), ...body });
      return request.set('X-Forwarded-For', ask.from ?? fromAnywhere(ask.user));
    },
    /** Enrolls to the end. */
    async enrolled(ask: Ask): Promise<Response> {
      const bearer = await token(ask);
      const { body } = await this.enroll(ask, bearer);
      return http.oob(bearer, body.oob_code, t.code());
    },
    /** What became of the last message that was refused. */
    reason: () => t.events.findLast(({ event }) => event === 'mfa.rate_limited')?.reason,
  });
}
