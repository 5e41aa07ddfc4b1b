// What createMfa() takes in the app of the README, with a phone in memory in the place of a gateway.
import { createMfa, generateKeys, oob, otp, recoveryCode, sms } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { outboxSender } from 'express-mfa/adapters/senders';
import { people } from './people.js';

export const phone = outboxSender();

export const mfa = createMfa({
  issuer: 'http://localhost:3000/',
  keys: await generateKeys(),
  users: { findById: people.byId, authenticate: people.byPassword },
  clients: { findById: () => undefined },
  stores: memoryStores(),
  authenticators: [
    otp({ issuer: 'Example' }),
    oob({ channels: [sms({ send: phone, countries: ['US'] })] }),
    recoveryCode(),
  ],
});
