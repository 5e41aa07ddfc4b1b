import { renderSVG } from 'uqr';
import type { LoginTransaction } from '../../ports/index.js';
import type { Visit } from '../page.js';
import type { View } from '../view.js';
import { type Enrolling, opened } from './page-state.js';

/** The page that takes the first code of an enrollment: with the key for an app, or after a message. */
export function confirmView(
  visit: Visit,
  enrolling: Enrolling,
  path: string,
  transaction: LoginTransaction | undefined,
  error?: string,
): View {
  const { way, name, digits, setup } = enrolling;
  const form = visit.form(`${path}/verify`);
  const again = visit.form(`${path}/again`);
  if (setup !== undefined) {
    const { secret, barcode_uri: uri } = JSON.parse(opened(visit, 'setup', setup));
    return { page: 'app', form, again, qr: qrCode(uri), secret: spaced(secret), digits, error };
  }
  const now = visit.mfa.clock.now();
  const wait = Math.ceil(((transaction?.nextSendAt ?? 0) - now) / 1000);
  const resend = visit.form(`${path}/enroll/resend`);
  return {
    page: 'code',
    form,
    way,
    name,
    digits,
    error,
    again,
    resend: { form: resend, authenticator: '', inSeconds: Math.max(0, wait) },
    mayTrust: false,
  };
}

/** Black on white also where the page is dark: cameras need it. */
const qrCode = (text: string): string =>
  renderSVG(text, { border: 2, whiteColor: '#ffffff', blackColor: '#000000' });

/** In groups of four, as people type it; apps take the spaces. */
const spaced = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ');
