import { domainToASCII } from 'node:url';
import { text } from '../core/params.js';
import { errors } from '../errors.js';
import { type Channel, type ChannelOptions, type Destination, toSender } from './channel.js';
import { checkChannel } from './checks.js';
import { writtenText } from './templates.js';

const LOCAL = /^[A-Za-z0-9!#$%&*+/=?^_`{|}~'.-]{1,64}$/;
const DOMAIN = /^(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

const canonical = (to: string): string => to.toLowerCase();

/**
 * One address, at most 254 characters, domain in lower-case punycode. Quoted local parts, comments and lists are
 * refused (security.md R-124).
 */
export function emailDestination(address: string): Destination | undefined {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = domainToASCII(address.slice(at + 1)).toLowerCase();
  const dots = local.startsWith('.') || local.endsWith('.') || local.includes('..');
  if (at < 1 || !LOCAL.test(local) || dots || !DOMAIN.test(domain)) return undefined;
  const to = `${local}@${domain}`;
  if (to.length > 254) return undefined;
  return { to, canonical: canonical(to), masked: maskEmail(to) };
}

/** Of each part the first 4 characters stay if it is longer than 4; all others become `*` (wire.md 2.4). */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf('@');
  const mask = (part: string) =>
    part.length > 4 ? part.slice(0, 4) + '*'.repeat(part.length - 4) : '*'.repeat(part.length);
  return `${mask(address.slice(0, at))}@${mask(address.slice(at + 1))}`;
}

/**
 * Codes by e-mail. A fall-back: whoever reads the mailbox may well be who resets the password, so it is not
 * offered for a first enrollment (NIST SP 800-63B-4 section 3.1.3.1).
 *
 * @throws TypeError `ERR_MFA_SENDER`, `ERR_MFA_OPTION`
 * @example
 * ```ts
 * email({ send: ({ to, text }) => mailer.sendMail({ to, text, subject: 'Your code' }) })
 * ```
 */
export function email(options: ChannelOptions): Channel {
  const { digits } = checkChannel('email', options);
  return {
    name: 'email',
    kind: 'email',
    amr: 'email',
    offered: false,
    digits,
    async destination(params, findUser) {
      const address = params.optional('email', text) ?? (await findUser()).email;
      if (address === undefined) return undefined;
      const destination = emailDestination(address);
      if (!destination) throw errors.invalidEmail();
      return destination;
    },
    canonical,
    text: (words) => writtenText(words, options.appName),
    sender: toSender(options.send),
  };
}
