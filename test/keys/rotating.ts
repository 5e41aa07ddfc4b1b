// Apps on the same stores under other keys: what a deploy with a new set of keys makes of a host.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { email, type MfaKeys, oob, otp, recoveryCode, type Sender, sms } from 'express-mfa';
import { onTestFinished } from 'vitest';
import { changed, type Part, partsOf, prepare, retire, rotate } from '../../lib/cli/rotation.js';
import { type TestApp, type TestAppOptions, testApp, testClock, testKeys } from '../support/app.js';

const steps = { prepare, rotate, retire } as const;

/** What `keys rotate --prepare`, `keys rotate` and `keys retire` make of a set. */
export const keysAfter = (
  step: 'prepare' | 'rotate' | 'retire',
  keys: MfaKeys,
  what: Part | 'all' = 'all',
): Promise<MfaKeys> => changed(keys, partsOf(what), steps[step]);

/** The first app, and how to start one beside it under other keys. */
export async function deployment(
  options: TestAppOptions & Required<Pick<TestAppOptions, 'sharedStores'>>,
) {
  const sent: { to: string; code: string }[] = [];
  const send: Sender['send'] = async ({ to, code = '' }) => {
    sent.push({ to, code });
  };
  const clock = testClock();
  const codeFor = (to: string) => sent.findLast((it) => it.to === to)?.code ?? '';
  async function start(keys: MfaKeys): Promise<TestApp> {
    const authenticators = [
      otp({ issuer: 'Example' }),
      oob({ channels: [sms({ send, countries: ['US'] }), email({ send })] }),
      recoveryCode(),
    ];
    const app = await testApp({ clock, authenticators, ...options, keys });
    return Object.assign(app, { clock, code: () => sent.at(-1)?.code ?? '' });
  }
  return { clock, start, keys: await testKeys(), sent, codeFor };
}

/** A server whose app can be changed between two requests. Closed when the test has finished. */
export async function serve(first: TestApp) {
  let current = first;
  const server = createServer((request, response) => {
    (current.app as RequestListener)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deploy(app: TestApp) {
      current = app;
    },
  };
}
