import type { ServerResponse } from 'node:http';
import type { Mfa } from '../core/mfa.js';
import type { ReplyTo } from '../core/oauth/authorization-request.js';
import { withParameters } from '../core/oauth/redirect-uri.js';
import { escapeHtml, scriptJson, sendDocument, sendRedirect } from './document.js';

/** Members of an answer to a client: a code, or an error. */
export type Reply = Readonly<Record<string, string>>;

/** Brings the answer to the client the way it asked for, and says who answers (RFC 9207; security.md R-107). */
export function reply(mfa: Mfa, response: ServerResponse, to: ReplyTo, answer: Reply): void {
  const members = {
    ...answer,
    ...(to.state !== undefined && { state: to.state }),
    iss: mfa.issuer,
  };
  if (to.mode === 'form_post') postForm(mfa, response, to, members);
  else if (to.mode === 'web_message') postMessage(mfa, response, to, members);
  else sendRedirect(response, withParameters(to.redirectUri, members));
}

const nonceOf = ({ random }: Mfa): string => random.bytes(16).toString('base64url');

/** OAuth 2.0 Form Post Response Mode section 2. */
function postForm(mfa: Mfa, response: ServerResponse, to: ReplyTo, members: Reply): void {
  const fields = Object.entries(members).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
  );
  sendDocument(response, {
    status: 200,
    title: 'Continue',
    body:
      `<form method="post" action="${escapeHtml(to.redirectUri)}">${fields.join('')}` +
      '<noscript><button>Continue</button></noscript></form>',
    script: { nonce: nonceOf(mfa), text: 'document.forms[0].submit()' },
  });
}

/** Tells the window that opened this one, or the page around it, and nobody of another origin. */
function postMessage(mfa: Mfa, response: ServerResponse, to: ReplyTo, members: Reply): void {
  const { origin } = new URL(to.redirectUri);
  const message = scriptJson({ type: 'authorization_response', response: members });
  sendDocument(response, {
    status: 200,
    title: 'Authorization',
    body: '',
    script: {
      nonce: nonceOf(mfa),
      text: `(window.opener || window.parent).postMessage(${message}, ${scriptJson(origin)})`,
    },
    shownBy: origin,
  });
}
