// The requests that SDKs of other languages send, to the byte where it matters: which members, in which content type,
// with which client authentication and headers. Read from the sources that decoders.ts names.
export type Values = Readonly<Record<string, unknown>>;
export type Kind = 'otp' | 'sms' | 'voice' | 'email';

/** How an SDK writes. */
export interface Habits {
  /** In every body on `/oauth/token` and `/mfa/challenge`. */
  readonly client: Values & { readonly client_id: string };
  /** In the body on `/mfa/associate`. */
  readonly associate?: Values;
  readonly token: Encoder;
  readonly challenge: Encoder;
  /** What `/mfa/challenge` is asked for; absent = `otp` or `oob` as the authenticator is. */
  readonly challenges?: (id: string) => Values;
  /** On every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** On requests without a body. */
  readonly bodyless?: Readonly<Record<string, string>>;
  readonly realm?: string;
  /** Repeated on the MFA grants. */
  readonly repeats?: Values;
  /** What it can enroll. */
  readonly kinds: readonly Kind[];
  /** The id in the path of DELETE; absent = it has no delete. */
  readonly removes?: (id: string) => string;
}

export type Encoder = (values: Values) => { readonly type: string; readonly body: string };

const encode = encodeURIComponent;
const jsonAs =
  (type: string): Encoder =>
  (values) => ({ type, body: JSON.stringify(values) });
export const json = jsonAs('application/json');
const jsonUtf8 = jsonAs('application/json; charset=utf-8');
/** `null` becomes the empty string, as .NET has it. */
export const form: Encoder = (values) => ({
  type: 'application/x-www-form-urlencoded',
  body: Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encode(name)}=${encode(typeof value === 'string' ? value : '')}`)
    .join('&'),
});

const typed = { 'Content-Type': 'application/json' };
const spa = { client_id: 'spa' };
const web = { client_id: 'web', client_secret: 'web-secret' };
const browser = { Origin: 'https://spa.example.com', 'Sec-Fetch-Mode': 'cors' };
const asOob = (authenticator_id: string) => ({ challenge_type: 'oob', authenticator_id });

export const habits: Readonly<Record<string, Habits>> = {
  'Auth0.swift': {
    client: spa,
    token: json,
    challenge: json,
    challenges: asOob,
    bodyless: typed,
    realm: 'Username-Password-Authentication',
    kinds: ['otp', 'sms', 'email'],
  },
  'Auth0.Android': {
    client: spa,
    token: jsonUtf8,
    challenge: jsonUtf8,
    challenges: asOob,
    headers: { 'Accept-Language': 'en_US' },
    kinds: ['otp', 'sms', 'email'],
  },
  'auth0-java': {
    client: web,
    associate: web,
    token: json,
    challenge: json,
    bodyless: typed,
    realm: 'users',
    kinds: ['otp', 'sms', 'voice', 'email'],
    removes: encode,
  },
  'go-auth0': {
    client: web,
    associate: web,
    token: form,
    challenge: (values) => ({ type: 'application/json', body: `${JSON.stringify(values)}\n` }),
    bodyless: typed,
    kinds: ['otp', 'sms', 'voice'],
    removes: encode,
  },
  'auth0.net': {
    client: web,
    associate: {
      ...web,
      client_assertion: null,
      client_assertion_type: null,
      oob_channels: null,
      phone_number: null,
      Token: 'x',
    },
    token: form,
    challenge: form,
    kinds: ['otp', 'sms', 'voice'],
    removes: (id) => id,
  },
  'auth0.net, everything by default': {
    client: web,
    associate: { ...web, oob_channels: ['sms'], phone_number: '+15555550123' },
    token: form,
    challenge: form,
    challenges: () => ({ challenge_type: null, authenticator_id: null }),
    kinds: ['otp', 'sms'],
    removes: (id) => id,
  },
  'auth0-server-python': {
    client: web,
    token: form,
    challenge: json,
    headers: { 'User-Agent': 'python-httpx/0.28.1', DPoP: 'eyJ0eXAiOiJkcG9wK2p3dCJ9.e30.c2ln' },
    kinds: ['otp', 'sms', 'voice', 'email'],
  },
  'nextjs-auth0': {
    client: web,
    token: form,
    challenge: json,
    repeats: { audience: 'https://api.example.com/', scope: 'openid profile email' },
    kinds: ['otp', 'sms', 'voice', 'email'],
  },
  'auth0-spa-js': {
    client: spa,
    token: form,
    challenge: json,
    headers: browser,
    bodyless: typed,
    kinds: ['otp', 'sms', 'voice', 'email'],
  },
  'react-native-auth0 web, auth.*': {
    client: spa,
    token: json,
    challenge: json,
    challenges: () => ({}),
    headers: { ...browser, DPoP: 'eyJ0eXAiOiJkcG9wK2p3dCJ9.e30.c2ln' },
    bodyless: typed,
    kinds: ['otp', 'sms'],
  },
};
