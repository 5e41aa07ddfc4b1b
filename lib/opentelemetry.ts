import type { Attributes, Meter } from '@opentelemetry/api';
import type { MfaEvent, OnEvent } from './ports/index.js';

/** What stands in place of a value that is none of the known ones: attributes come from no request. */
const OTHER = 'other';
const WORD = /^[a-z][a-z_.-]{0,31}$/;
/** ISO 3166-1 alpha-2, or the calling code of a number that belongs to no country. */
const COUNTRY = /^([A-Z]{2}|\+\d{1,4})$/;
/** Seconds; a code is read and typed in half a minute, and dead after five. */
const SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

type Labels = Pick<MfaEvent, 'kind' | 'channel' | 'country' | 'reason'>;
const PATTERNS: Readonly<Record<keyof Labels, RegExp>> = {
  kind: WORD,
  channel: WORD,
  country: COUNTRY,
  reason: WORD,
};

/** Bounded, and never the name of a user, client or authenticator (security.md R-140). */
function attributes(event: MfaEvent, names: readonly (keyof Labels)[]): Attributes {
  const found: Attributes = {};
  for (const name of names) {
    const value = event[name];
    if (value !== undefined) found[`mfa.${name}`] = PATTERNS[name].test(value) ? value : OTHER;
  }
  return found;
}

/** Refusals, and the reason when the event has none of its own. */
const REFUSALS: Partial<Record<MfaEvent['event'], string>> = {
  'mfa.verify.fail': 'wrong',
  'mfa.verify.bound_mismatch': 'bound_mismatch',
  'mfa.rate_limited': 'rate_limited',
  'mfa.challenge.expired': 'expired',
  'mfa_token.expired': 'token_expired',
  'mfa_token.rejected': 'token_rejected',
  'sms.blocked': 'blocked',
};

function instruments(meter: Meter) {
  const counter = (name: string, description: string, unit: string) =>
    meter.createCounter(`mfa.${name}`, { description, unit });
  return {
    sent: counter('messages.sent', 'Messages that were handed to a sender', '{message}'),
    delivered: counter('messages.delivered', 'Messages that a sender accepted', '{message}'),
    converted: counter('messages.converted', 'Messages whose code came back', '{message}'),
    verified: counter('verified', 'Second factors that passed', '{verification}'),
    refused: counter('refused', 'Guesses, tokens and messages that were refused', '{refusal}'),
    locks: counter('locks', 'Waits that began, and authenticators that were disabled', '{lock}'),
    time: meter.createHistogram('mfa.verification.time', {
      description: 'From the code, or the login when none was sent, to the right proof',
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
    }),
  };
}

/**
 * Counts events as metrics of OpenTelemetry (docs/events.md, section Metrics): messages sent, delivered and converted,
 * second factors verified and refused, the seconds that one took, locks. Attributes are kind, channel, country and
 * reason; nothing names a user.
 *
 * @param meter - of the host's provider; nothing is read from the environment
 * @returns what `onEvent` takes
 * @example
 * ```ts
 * import { metrics } from '@opentelemetry/api'
 * const mfa = createMfa({ …, onEvent: mfaMetrics(metrics.getMeter('express-mfa')) })
 * ```
 */
export function mfaMetrics(meter: Meter): OnEvent {
  const { sent, delivered, converted, verified, refused, locks, time } = instruments(meter);
  return (event) => {
    const by = (...names: (keyof Labels)[]) => attributes(event, names);
    const { event: name } = event;
    if (name === 'mfa.challenge.delivered') {
      sent.add(1, by('channel', 'country'));
      delivered.add(1, by('channel', 'country'));
    } else if (name === 'mfa.challenge.delivery_failed') {
      sent.add(1, by('channel', 'country'));
    } else if (name === 'mfa.verify.ok') {
      verified.add(1, by('kind', 'channel'));
      if (event.channel !== undefined) converted.add(1, by('channel', 'country'));
      if (event.duration !== undefined) time.record(event.duration / 1000, by('kind', 'channel'));
    } else if (name === 'mfa.lock.started' || name === 'authenticator.disabled') {
      locks.add(1, { ...by('kind'), 'mfa.result': name });
    } else countRefusal(refused, event);
  };
}

function countRefusal(refused: ReturnType<Meter['createCounter']>, event: MfaEvent): void {
  const result = REFUSALS[event.event];
  if (result === undefined || event.shadow) return; // what is only reported was not refused
  refused.add(1, { ...attributes(event, ['kind', 'channel', 'reason']), 'mfa.result': result });
}
