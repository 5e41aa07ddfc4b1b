import type { Sender } from '../../ports/index.js';
import { refuseProduction } from './development.js';

export interface ConsoleSenderOptions {
  /** Receives each line. Default `console.log`. */
  readonly print?: ((line: string) => void) | undefined;
}

/**
 * Prints every message, code included, for the developer who runs the app.
 *
 * @throws TypeError `ERR_MFA_DEV_SENDER` when `NODE_ENV` is `production`
 * @example
 * sms({ send: consoleSender(), countries: ['US'] })
 */
export function consoleSender({ print = console.log }: ConsoleSenderOptions = {}): Sender {
  refuseProduction('consoleSender');
  return {
    name: 'console',
    async send({ channel, to, text }) {
      print(`[${channel} to ${to}] ${text}`);
    },
  };
}
