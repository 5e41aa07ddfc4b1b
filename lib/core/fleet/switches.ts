import { configurationError } from '../../errors.js';
import type { Mfa } from '../mfa.js';
import { unblocked } from '../sends/conversion.js';
import { changeShared } from './shared-state.js';

/**
 * Messages that an operator stopped at run time: those that fit every member that is set. One without members stops
 * all messages.
 */
export interface Switch {
  /** Name of the channel: `sms`, `voice`, `email`, or `notice`. */
  readonly channel?: string | undefined;
  /** ISO 3166-1 alpha-2 code of the number's country. */
  readonly country?: string | undefined;
  /** `name` of the sender. */
  readonly sender?: string | undefined;
}

/** Stops messages without a deploy; every process obeys within 2 seconds (security.md section 3.J). */
export interface Switches {
  /**
   * Stops the messages that fit.
   *
   * @throws TypeError `ERR_MFA_SWITCH` when no channel or sender has that name, or the country is no code
   */
  off(what: Switch): Promise<void>;
  /**
   * Takes back the `off()` with the same members. With a country alone, the conversion breaker lets messages go there
   * again too.
   *
   * @throws TypeError `ERR_MFA_SWITCH`
   */
  on(what: Switch): Promise<void>;
  /** What is off now. */
  list(): Promise<readonly Switch[]>;
}

/** What a message is, for switches. */
export type Switchable = Readonly<Record<keyof Switch, string | undefined>>;

const MEMBERS = ['channel', 'country', 'sender'] as const;

/** So many at most: they stand in one record that every process reads. */
const MOST = 500;

const same = (a: Switch, b: Switch): boolean => MEMBERS.every((it) => a[it] === b[it]);

/** Whether one of them fits. */
export const isSwitchedOff = (switches: readonly Switch[], message: Switchable): boolean =>
  switches.some((off) => MEMBERS.every((it) => off[it] === undefined || off[it] === message[it]));

/** `mfa.switches` */
export const switchesOf = (mfa: () => Mfa): Switches => ({
  off: async (what) => change(mfa(), checked(mfa(), what), 'switch.off'),
  on: async (what) => change(mfa(), checked(mfa(), what), 'switch.on'),
  list: async () => (await changeShared(mfa(), () => undefined)).switches,
});

async function change(mfa: Mfa, what: Switch, event: 'switch.off' | 'switch.on'): Promise<void> {
  const { channel, country, sender } = what;
  await changeShared(
    mfa,
    (state) => {
      const others = state.switches.filter((it) => !same(it, what));
      if (event === 'switch.off') return { ...state, switches: added(others, what) };
      const opened = { ...state, switches: others };
      const isCountry = country !== undefined && channel === undefined && sender === undefined;
      return isCountry ? unblocked(opened, country) : opened;
    },
    () => [{ event, channel, country, sender }],
  );
}

function added(others: readonly Switch[], what: Switch): readonly Switch[] {
  if (others.length < MOST) return [...others, what];
  throw configurationError('ERR_MFA_SWITCH', 'switches', `${MOST} at most; use wider ones`);
}

/** A name that nothing has would stop nothing, and nobody would notice in a hurry. */
function checked(mfa: Mfa, what: Switch): Switch {
  const given: Readonly<Record<string, unknown>> = { ...what };
  const wrong = Object.keys(given).find((it) => !MEMBERS.includes(it as keyof Switch));
  if (wrong !== undefined) throw switchError(wrong, 'is no member; use channel, country, sender');
  const { channel, country, sender } = what;
  const carriers = mfa.types.flatMap(({ carriers: of }) => of ?? []);
  const channels = [...carriers.map((it) => it.channel), 'notice'];
  const senders = [...carriers.map((it) => it.sender), mfa.noticeSender].filter(Boolean);
  if (channel !== undefined && !channels.includes(channel)) {
    throw switchError('channel', `is none of ${channels.join(', ')}`);
  }
  if (sender !== undefined && !senders.includes(sender)) {
    throw switchError(
      'sender',
      `is none of ${senders.join(', ') || 'the senders: give them names'}`,
    );
  }
  if (country !== undefined && !/^[A-Z]{2}$/.test(country)) {
    throw switchError('country', "is no ISO 3166-1 alpha-2 country code such as 'US'");
  }
  return JSON.parse(JSON.stringify(what)) as Switch; // without members that are undefined
}

const switchError = (member: string, problem: string) =>
  configurationError('ERR_MFA_SWITCH', `switches.${member}`, problem);
