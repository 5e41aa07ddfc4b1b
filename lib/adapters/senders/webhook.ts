import { type Clock, type Message, type Sender, systemClock } from '../../ports/index.js';
import { SenderError } from '../../ports/sender-error.js';

export interface WebhookSenderOptions {
  /** Where messages are POSTed: `https://…`, or `http://…` inside your own network. */
  readonly url: string;
  /** Sent with every request, `{ authorization: 'Bearer …' }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** By which it can be switched off (`mfa.switches`). Default `webhook`. */
  readonly name?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** What is read of an answer at most, so that its connection can serve the next message. */
const MAX_ANSWER_BYTES = 16_384;
/** Milliseconds that reading an answer may take; the message is accepted by then. */
const MAX_ANSWER_TIME = 1_000;
/** Seconds; a longer `Retry-After` is cut. */
const MAX_RETRY_AFTER = 86_400;

/** Failures before the first byte of a request: nothing was sent, so trying again sends nothing twice. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * POSTs every message as JSON, `{ id, channel, to, text, code?, purpose }`, to a URL of yours. Any 2xx
 * answer is acceptance; what the answer says is not read, and a redirect is a failure.
 *
 * @throws TypeError `ERR_MFA_WEBHOOK_URL` or `ERR_MFA_WEBHOOK_HEADERS` for options that cannot work;
 * from `send`, `SenderError`, or the reason of the `AbortSignal`
 * @example
 * const gateway = webhookSender({ url: 'https://sms.internal/send', headers: { authorization: key } })
 * oob({ channels: [sms({ send: gateway, countries: ['US'] }), email({ send: gateway })] })
 */
export function webhookSender({
  url,
  headers = {},
  name = 'webhook',
  clock = systemClock(),
}: WebhookSenderOptions): Sender {
  const target = webhookUrl(url);
  const all = webhookHeaders(headers);
  return {
    name,
    async send(message, { signal }) {
      const response = await post(target, all, body(message), signal);
      void drain(response);
      if (response.status === 429 || response.status === 503) {
        const retryAfter = seconds(response.headers.get('retry-after'), clock);
        throw new SenderError('busy', `webhook answered ${response.status}`, { retryAfter });
      }
      if (response.status < 200 || response.status > 299) {
        const refused = response.status >= 400 && response.status < 500;
        const reason = refused ? 'rejected' : 'failed';
        throw new SenderError(reason, `webhook answered ${response.status}`);
      }
    },
  };
}

function body({ id, channel, to, text, code, purpose }: Message): string {
  return JSON.stringify({ id, channel, to, text, code, purpose });
}

async function post(
  url: URL,
  headers: Headers,
  body: string,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  } catch (error) {
    signal.throwIfAborted();
    const code = causeCode(error);
    throw new SenderError(
      NOT_CONNECTED.has(code) ? 'connect' : 'unanswered',
      `webhook request failed: ${code}`,
      { cause: error },
    );
  }
}

/** Node's fetch puts what happened below into `cause`. */
function causeCode(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'UNKNOWN';
}

/** Reads the answer to its end, in bounds, off the path of the message. */
async function drain({ body }: Response): Promise<void> {
  if (!body) return;
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  const timer = setTimeout(cancel, MAX_ANSWER_TIME);
  timer.unref();
  try {
    for (let left = MAX_ANSWER_BYTES; left > 0; ) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.byteLength;
    }
    cancel();
  } catch {
    // the connection broke or the signal fired: the status was all that mattered
  } finally {
    clearTimeout(timer);
  }
}

/** RFC 9110 §10.2.3: whole seconds, or a date. */
function seconds(value: string | null, clock: Clock): number | undefined {
  if (value === null) return undefined;
  const delay = /^\d+$/.test(value)
    ? Number(value)
    : Math.ceil((Date.parse(value) - clock.now()) / 1000);
  return Number.isNaN(delay) ? undefined : Math.min(Math.max(delay, 1), MAX_RETRY_AFTER);
}

function webhookUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password) {
    throw Object.assign(
      new TypeError(
        'webhookSender: url must be an absolute http(s) URL without user name and password; put credentials into headers.',
      ),
      { code: 'ERR_MFA_WEBHOOK_URL' },
    );
  }
  return parsed;
}

function webhookHeaders(headers: Readonly<Record<string, string>>): Headers {
  try {
    const all = new Headers(headers);
    all.set('content-type', 'application/json');
    return all;
  } catch {
    throw Object.assign(
      new TypeError('webhookSender: headers must be an object of valid header names and values.'),
      { code: 'ERR_MFA_WEBHOOK_HEADERS' },
    );
  }
}
