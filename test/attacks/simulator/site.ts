// One process of the site that is attacked: the clock comes with each request, and a spy sits at the comparison.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import {
  type AuthenticatorType,
  createMfa,
  email,
  type GuessBound,
  type Message,
  type MfaKeys,
  mfaRouter,
  oauthRouter,
  oob,
  otp,
  recoveryCode,
  type Stores,
  sms,
} from 'express-mfa';

/** Header with the time at which a request is made (ms). */
export const NOW = 'x-now';

/** A secret that a guess was compared with. */
export interface Comparison {
  readonly at: number;
  readonly userId: string;
  /** Name of the authenticator type. */
  readonly type: string;
  readonly right: boolean;
}

/** What a site tells its examiner. */
export interface Report {
  readonly comparisons: readonly Comparison[];
  readonly bounds: readonly GuessBound[];
}

export interface Site {
  readonly url: string;
  close(): void;
}

const users = [
  { id: 'victim', email: 'victim@example.com', emailVerified: true, password: 'known' },
  { id: 'attacker', email: 'attacker@example.com', emailVerified: true, password: 'own' },
];

const clients = ['spa', 'other'].map((id) => ({
  id,
  tokenEndpointAuthMethod: 'none' as const,
  grantTypes: ['password', 'mfa'],
}));

/** Serves on a free port of 127.0.0.1. */
export async function serveSite(stores: Stores, keys: MfaKeys): Promise<Site> {
  let now = 0;
  let message: Message | undefined;
  const comparisons: Comparison[] = [];
  const send = async (it: Message) => {
    message = it;
  };
  /** Counts where the library compares, whatever its own counters say. */
  const spied = (type: AuthenticatorType): AuthenticatorType => ({
    ...type,
    match(mfa, proof, candidate, step) {
      const match = type.match(mfa, proof, candidate, step);
      const { userId } = candidate;
      comparisons.push({ at: now, userId, type: type.name, right: match !== undefined });
      return match;
    },
  });
  const mfa = createMfa({
    issuer: 'https://auth.example.com/',
    keys,
    stores,
    users: {
      findById: (id) => users.find((it) => it.id === id),
      authenticate: (name, password) =>
        users.find((it) => it.email === name && it.password === password),
    },
    clients: { findById: (id) => clients.find((it) => it.id === id) },
    authenticators: [
      otp({ issuer: 'Example' }),
      oob({ channels: [sms({ send, countries: ['US'] }), email({ send })] }),
      recoveryCode(),
    ].map(spied),
    clock: { now: () => now },
    audit: false,
  });
  const app = express();
  app.set('trust proxy', 1); // addresses come from X-Forwarded-For, as behind a proxy
  app.use((request, _response, next) => {
    now = Math.max(now, Number(request.get(NOW) ?? 0));
    next();
  });
  app.get('/report', (_request, response) => {
    const report: Report = { comparisons: comparisons.splice(0), bounds: mfa.guessBound() };
    response.json(report);
  });
  app.get('/message', (_request, response) => response.json(message));
  app.use('/oauth', oauthRouter(mfa));
  app.use('/mfa', mfaRouter(mfa));
  const server: Server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
