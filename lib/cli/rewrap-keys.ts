import { oob } from '../authenticators/oob.js';
import { otp } from '../authenticators/otp.js';
import { recoveryCode } from '../authenticators/recovery-code.js';
import { email } from '../channels/email.js';
import { sms } from '../channels/sms.js';
import { createMfa } from '../mfa.js';
import type { MfaEvent } from '../ports/index.js';
import { type RewrapResult, rewrap } from '../rewrap.js';
import { CliError, type Command, print, required, string, tell } from './command.js';
import { openDatabase } from './database.js';
import { readKeys } from './key-file.js';

/** `keys rewrap`: re-encrypts and indexes anew, beside the processes that serve. */
export const rewrapKeys: Command = {
  options: { database: string, keys: string, issuer: string },
  async run(values) {
    const issuer = required(values, 'issuer', 'the issuer of your createMfa()');
    const { keys } = readKeys(required(values, 'keys', 'the file with the keys in use'));
    const database = await openDatabase(values, false);
    const onEvent = ({ event, userId, authenticatorId }: MfaEvent) => {
      if (event.endsWith('decrypt_failed')) {
        tell(`${event}: user ${JSON.stringify(userId)}, authenticator ${authenticatorId}`);
      }
    };
    const send = async () => {};
    try {
      const mfa = createMfa({
        issuer,
        keys,
        stores: database.stores,
        users: { findById: () => undefined, authenticate: () => undefined },
        clients: { findById: () => undefined },
        authenticators: [
          otp({ issuer: 'rewrap' }),
          oob({ channels: [sms({ send, countries: ['US'] }), email({ send })] }),
          recoveryCode(),
        ],
        onEvent,
      });
      await mfa.ready();
      return report(issuer, await rewrap(mfa));
    } finally {
      await database.close();
    }
  },
};

function report(issuer: string, result: RewrapResult): number {
  const { users, resealed, movingWithUse, failed, unknown } = result;
  if (users === 0) throw new CliError(`nothing is stored for the issuer ${issuer}`);
  print(
    `${users} users: ${resealed} authenticators brought under the current keys, ${movingWithUse} recovery codes stay under an earlier pepper until they are used, ${failed} failed, ${unknown} of unknown kinds`,
  );
  if (unknown > 0) tell('call rewrap(mfa) in your own code, which knows their types');
  if (failed > 0) tell('some do not open: the key that sealed them is not in this file');
  return failed + unknown > 0 ? 1 : 0;
}
