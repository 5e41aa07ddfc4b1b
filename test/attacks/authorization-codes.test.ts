// authorization codes, stolen, guessed, replayed, and asked for without PKCE.
import { describe, expect, test } from 'vitest';
import { copies } from '../support/attack.js';
import { answerOf, CALLBACK, pkce, type Query } from '../support/browser.js';
import { OFFLINE, offline, UNKNOWN } from '../support/offline.js';
import { storeKinds } from '../support/store-kinds.js';
import { expectAnswer } from '../wire/answers.js';

const INVALID = { error: 'invalid_grant', error_description: 'Invalid authorization code' };
const WRONG = { error: 'invalid_grant', error_description: 'Failed to verify code verifier' };

describe('R-095: a request without a challenge that S256 made gets no code', () => {
  const { verifier, challenge } = pkce();
  test.each<[string, Query]>([
    ['no challenge', { code_challenge: undefined }],
    ['no method, which means plain', { code_challenge_method: undefined }],
    ['plain', { code_challenge_method: 'plain', code_challenge: verifier }],
    ['Plain', { code_challenge_method: 'Plain' }],
    ['s256 in small letters', { code_challenge_method: 's256' }],
    ['S256 with a space', { code_challenge_method: 'S256 ' }],
    ['S512', { code_challenge_method: 'S512' }],
    ['two methods', { code_challenge_method: 'S256 plain' }],
    ['neither', { code_challenge: undefined, code_challenge_method: undefined }],
    ['an empty challenge', { code_challenge: '' }],
    ['a short challenge', { code_challenge: challenge.slice(1) }],
    ['a long challenge', { code_challenge: `${challenge}A` }],
    ['a padded challenge', { code_challenge: `${challenge}=` }],
    ['a challenge in plain base64', { code_challenge: `${'+'.repeat(42)}/` }],
    ['an implicit response', { response_type: 'token' }],
    ['an id_token', { response_type: 'id_token' }],
    ['a hybrid response', { response_type: 'code id_token' }],
    ['no response type', { response_type: undefined }],
    ['a response in the fragment', { response_mode: 'fragment' }],
    ['a response as a JWT', { response_mode: 'query.jwt' }],
    ['a request object', { request: 'e30.e30.' }],
    ['a request elsewhere', { request_uri: 'https://evil.example/request' }],
    ['a registration', { registration: '{}' }],
  ])('%s', async (_, query) => {
    const { v } = await offline();
    const { code, ...answer } = answerOf(await v.authorize({ state: 's', ...query }));
    expect(code).toBeUndefined();
    expect(answer['error']).toMatch(
      /^(invalid_request|unsupported_response_type|\w+_not_supported)$/,
    );
    expect(answer).toMatchObject({ state: 's', iss: 'https://auth.example.com/' });
  });

  test('a client without the grant', async () => {
    const { v } = await offline();
    const answer = answerOf(await v.authorize({ client_id: 'nocode' }));
    expect(answer['error']).toBe('unauthorized_client');
  });
});

describe('R-095: a code', () => {
  test.each([
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 403, WRONG],
    ['the challenge for a verifier', { code_verifier: pkce().challenge }, 403, WRONG],
    ['no verifier', { code_verifier: undefined }, 400, undefined],
    ['an empty verifier', { code_verifier: '' }, 400, undefined],
    ['a short verifier', { code_verifier: 'v'.repeat(42) }, 400, undefined],
    ['a long verifier', { code_verifier: 'v'.repeat(129) }, 400, undefined],
    ['a list of verifiers', { code_verifier: ['v'.repeat(43)] }, 400, undefined],
    ['another client', { client_id: 'norefresh' }, 403, INVALID],
    ['another redirect URI', { redirect_uri: 'https://app.example.com/cb?tenant=1' }, 403, INVALID],
    ['almost the redirect URI', { redirect_uri: `${CALLBACK}/` }, 403, INVALID],
    ['no redirect URI', { redirect_uri: undefined }, 400, undefined],
  ])('with %s gives nothing, and stays good for its owner', async (_, body, status, text) => {
    const { v } = await offline();
    const code = await v.code();
    const answer = await v.exchange(code, body);
    expect(answer.status).toBe(status);
    expectAnswer(
      answer,
      status,
      text ?? { error: 'invalid_request', error_description: expect.any(String) },
    );
    await v.exchange(code).expect(200);
  });

  test('lives for 60 seconds', async () => {
    const { t, v } = await offline();
    const code = await v.code();
    const late = await v.code();
    t.clock.advance(59);
    await v.exchange(code).expect(200);
    t.clock.advance(1);
    expectAnswer(await v.exchange(late), 403, INVALID);
  });

  test.each([
    ['cut off', (code: string) => code.slice(0, -1)],
    ['changed', (code: string) => code.slice(0, -2) + (code.endsWith('A') ? 'BB' : 'AA')],
    ['made up', () => 'code'],
    ['of another key', (code: string) => `other.${code.split('.')[1]}`],
    ['a refresh token', () => `rt_${'A'.repeat(70)}`],
  ])('that is %s is none', async (_, change) => {
    const { v } = await offline();
    const code = await v.code();
    expectAnswer(await v.exchange(change(code)), 403, INVALID);
    await v.exchange(code).expect(200);
  });

  test('of another issuer on the same keys is none', async () => {
    const { v } = await offline();
    const elsewhere = await offline({ issuer: 'https://other.example.com/' });
    expectAnswer(await v.exchange(await elsewhere.v.code()), 403, INVALID);
  });

  test('R-007, R-062: is worth nothing after a change of the password, or without its user', async () => {
    const { t, v } = await offline();
    const code = await v.code();
    await t.mfa.onPasswordChanged('u1');
    expectAnswer(await v.exchange(code), 403, INVALID);
  });

  test('works once; a second use ends what the first one gave', async () => {
    const { t, v } = await offline();
    const code = await v.code({ scope: OFFLINE });
    const { body } = await v.exchange(code).expect(200);
    const { refresh_token: next } = (await v.refresh(body.refresh_token).expect(200)).body;
    expectAnswer(await v.exchange(code), 403, INVALID);
    expectAnswer(await v.refresh(next), 403, UNKNOWN);
    expect(t.events.filter(({ alert }) => alert).map(({ event }) => event)).toEqual([
      'token.reuse_detected',
      'code.reuse_detected',
    ]);
  });
});

describe.each(storeKinds)('on %s', (_, makeStores) => {
  test.each(['openid', OFFLINE])(
    'R-006, R-095: of 50 copies of a code for %s at once, on two processes, one succeeds',
    { timeout: 60_000 },
    async (scope) => {
      const o = await offline({ makeStores, slow: 4 });
      const code = await o.v.code({ scope });
      const answers = await copies(50, (i) => o.at(i).exchange(code));
      const [first, ...more] = answers.filter(({ status }) => status === 200);
      expect(more).toEqual([]);
      const refused = answers.filter((it) => it !== first);
      for (const answer of refused) expect([403, 429]).toContain(answer.status);
      const token = first?.body.refresh_token;
      expect(typeof token).toBe(scope === OFFLINE ? 'string' : 'undefined');
      if (token) expectAnswer(await o.at(1).refresh(token), 403, UNKNOWN);
    },
  );
});
