import type { Channel } from '../channels/channel.js';
import { sending } from '../channels/sending.js';
import { flowOf } from '../core/audit.js';
import type {
  Association,
  AuthenticatorType,
  Bound,
  Proof,
  Step,
} from '../core/authenticator-type.js';
import { isEnrolled } from '../core/enrollment/enrolled.js';
import { comparable } from '../core/guesses/comparable.js';
import { useOf } from '../core/login/login-use.js';
import type { Mfa } from '../core/mfa.js';
import type { Params } from '../core/params.js';
import { codeParts, isCutOff } from '../core/sends/delivery.js';
import { configurationError, errors } from '../errors.js';
import type { User } from '../ports/index.js';
import { addressIndexes, indexesOf, oobCredential, openAddress, resealAddress } from './address.js';
import { carrierOf, refuseUnreachable, type SendingChannel } from './carrier.js';

export interface OobOptions {
  /** `sms()`, `voice()`, `email()`, or one of your own, in the order of preference. */
  readonly channels: readonly Channel[];
}

/** Channels that the wire knows; asking for one that is not configured is no mistake of the client. */
const KNOWN = ['sms', 'voice', 'email', 'auth0'];

const unique = (words: readonly string[]) => [...new Set(words)];

/**
 * Codes that travel another way than the login: by text message, call or e-mail.
 *
 * @throws TypeError `ERR_MFA_CHANNELS` when there is none, or two of one name
 * @example
 * ```ts
 * oob({ channels: [sms({ send, countries: ['US'] }), email({ send: mail })] })
 * ```
 */
export function oob(options: OobOptions): AuthenticatorType {
  const channels = checked(options).map((it) => ({ ...it, deliver: sending(it.sender) }));
  const named = (name: string | undefined) => channels.find((it) => it.name === name);
  const type: AuthenticatorType = {
    name: 'oob',
    grantType: 'http://auth0.com/oauth/grant-type/mfa-oob',
    kinds: unique(channels.map(({ kind }) => kind)),
    offered: unique(channels.filter(({ offered }) => offered).map(({ kind }) => kind)),
    lane: 'factor',
    carriers: channels.map(({ name, sender }) => ({ channel: name, sender: sender.name })),
    chance: 1 / 10 ** Math.min(...channels.map(({ digits }) => digits)),
    entries: (authenticator) =>
      channels
        .filter(({ kind }) => kind === authenticator.kind)
        .map(({ name }) => ({
          id: `${name}|${authenticator.id}`,
          type,
          channel: name,
          authenticator,
        })),
    readProof,
    bind: (mfa, _proof, step) => bind(mfa, step, type.kinds),
    match(mfa, { value = '' }, _candidate, { delivery }) {
      if (!delivery) return undefined;
      return mfa.hash.matches('code', codeParts(delivery, value), delivery.state) ? {} : undefined;
    },
    amr: ({ delivery }) => [named(delivery?.channel)?.amr ?? 'oob'],
    wrong: errors.wrongBindingCode,
    associate: (mfa, params, findUser) => association(mfa, channels, params, findUser),
    carrier(mfa, { channel, authenticator }) {
      const through = named(channel);
      if (!through) return undefined;
      const to = openAddress(mfa, authenticator);
      return carrierOf(mfa, through, to, indexesOf(mfa, through, to));
    },
    reseal: (mfa, authenticator) => resealAddress(mfa, channels, authenticator),
  };
  return type;
}

function checked(options: OobOptions): readonly Channel[] {
  const { channels } = options ?? {};
  const isChannel = (it: Partial<Channel> | null) =>
    typeof it?.destination === 'function' && typeof it.sender?.send === 'function';
  const names = Array.isArray(channels) ? channels.filter(isChannel).map(({ name }) => name) : [];
  if (names.length !== channels?.length || unique(names).length !== (names.length || -1)) {
    const problem = 'list at least one channel, each once, for example [sms({ … })]';
    throw configurationError('ERR_MFA_CHANNELS', 'oob.channels', problem);
  }
  return channels;
}

/** `oob_code` and `binding_code`. The handle's tag is checked here, before any store access. */
function readProof(mfa: Mfa, params: Params): Proof {
  const handle = params.required('oob_code');
  const value = params.optional('binding_code', { pattern: /^[0-9]{6,10}$/, hint: 'digits' });
  const read = mfa.handles.read('oob', handle, mfa.clock.now());
  if (read.state === 'malformed') throw errors.malformedOobCode();
  if (read.state === 'expired') return { deliveryId: read.id, value, expired: true };
  if (value === undefined) throw errors.missingParameter('binding_code');
  return { deliveryId: read.id, value };
}

function bind(mfa: Mfa, step: Step, kinds: readonly string[]): Bound {
  const { delivery, transaction, account, now } = step;
  const expired = () => {
    const { userId, clientId, id } = transaction;
    mfa.emit({ event: 'mfa.challenge.expired', userId, clientId, flowId: flowOf(id) });
    return errors.expiredOobCode();
  };
  if (!delivery || delivery.expiresAt <= now) throw expired();
  if (delivery.transactionId !== transaction.id || delivery.userId !== transaction.userId) {
    return { candidates: [], mismatch: errors.foreignOobCode() };
  }
  const id = delivery.authenticatorId;
  // A later message took its place, or the authenticators of the user changed since.
  const isLive = transaction.deliveries[id] === delivery.id && !isCutOff(account, delivery);
  const guesses = useOf(account, transaction).guesses[id] ?? 0;
  if (!isLive || guesses >= mfa.settings.guesses.perChallenge) throw expired();
  const purpose = delivery.purpose === 'enroll' ? 'pending' : 'active';
  const candidates = comparable(mfa, step, kinds).filter(
    (it) => it.id === id && it.status === purpose,
  );
  if (candidates.length > 0) return { candidates };
  if (delivery.purpose === 'enroll' && isEnrolled(step.authenticators)) {
    throw errors.alreadyEnrolled();
  }
  throw expired();
}

/** The first channel asked for that is switched on and has somewhere to deliver to (wire.md section 4). */
async function association(
  mfa: Mfa,
  channels: readonly SendingChannel[],
  params: Params,
  findUser: () => Promise<User>,
): Promise<Association> {
  const enabled = askedChannels(channels, params.words('oob_channels'));
  for (const channel of enabled) {
    const destination = await channel.destination(params, findUser);
    if (!destination) continue;
    const { to, canonical, masked } = destination;
    refuseUnreachable(mfa, channel, destination);
    const addresses = addressIndexes(mfa, channel.kind, canonical);
    return {
      kind: channel.kind,
      addresses,
      name: masked,
      credential: (userId, id) => oobCredential(mfa, to, userId, id),
      wireId: (id) => `${channel.name}|${id}`,
      answer: () => ({ binding_method: 'prompt', oob_channel: channel.name }),
      delivery: carrierOf(mfa, channel, to, addresses),
    };
  }
  throw errors.missingParameter(enabled[0]?.kind === 'email' ? 'email' : 'phone_number');
}

function askedChannels(
  channels: readonly SendingChannel[],
  asked: readonly string[],
): readonly SendingChannel[] {
  if (asked.length === 0) throw errors.missingParameter('oob_channels');
  const known = unique([...channels.map(({ name }) => name), ...KNOWN]);
  if (!asked.every((name) => known.includes(name))) {
    throw errors.invalidParameter('oob_channels', `one of ${known.join(', ')}`);
  }
  const enabled = channels.filter(({ name }) => asked.includes(name));
  if (enabled.length === 0) throw errors.factorDisabled();
  return enabled.toSorted((a, b) => asked.indexOf(a.name) - asked.indexOf(b.name));
}
