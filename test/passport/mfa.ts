import { createMfa, generateKeys, type Message, oob, otp, recoveryCode, sms } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { members } from './members.js';

/** The phone of everybody. */
export const phone: Message[] = [];

export const mfa = createMfa({
  issuer: 'https://members.example.com/',
  keys: await generateKeys(),
  users: { findById: (id) => members.byId(id), authenticate: members.withPassword },
  clients: { findById: () => undefined },
  stores: memoryStores(),
  authenticators: [
    otp({ issuer: 'Members' }),
    oob({ channels: [sms({ send: async (it) => void phone.push(it), countries: ['US'] })] }),
    recoveryCode(),
  ],
});
