// Every refusal through every SDK's decoder, and what applications ask of it.
import { describe, expect, test } from 'vitest';
import { client, SMS } from '../support/app.js';
import { complaints } from './decode.js';
import { sdks } from './decoders.js';
import { flags, type Refusal, ready, refusals } from './refusals.js';
import { sdkServer } from './server.js';

describe('an SDK is told', () => {
  test.each(refusals)('%s: %s', async (_name, flag, enrolled, status, provoke) => {
    const answer = await provoke(await ready(enrolled));
    expect({ status: answer.status, body: answer.body }).toEqual({ status, body: answer.body });
    const body = answer.body as Refusal;
    const set = Object.entries(flags).filter(([, holds]) => holds(body));
    expect(set.map(([name]) => name)).toEqual([flag]);
    expect(
      complaints(sdks, flag === 'isMultifactorRequired' ? 'mfa_required' : 'error', body),
    ).toEqual([]);
  });
});

test('the other refusals are decoded too', async () => {
  const { spa, token } = await ready(true);
  const { spa: free, token: unenrolled } = await ready(false);
  const answers = [
    await spa.list('mfa_nothing'),
    await spa.remove(token, 'sms|dev_none'),
    await spa.challenge({ mfa_token: token, authenticator_id: 'sms|dev_none' }),
    await spa.challenge({ mfa_token: token, client_id: 'other' }),
    await spa.token({ grant_type: 'x' }),
    await spa.token({ grant_type: 'password', client_id: 'nobody', username: 'a', password: 'b' }),
    await spa.oob(token, 'oob_nothing', '123456'),
    await free.associate(unenrolled, { ...SMS, phone_number: '12' }),
    await free.associate(unenrolled, { authenticator_types: ['push'] }),
    await free.associate(unenrolled, { authenticator_types: ['oob'], oob_channels: ['auth0'] }),
  ];
  for (const { status, body } of answers) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(complaints(sdks, 'error', body)).toEqual([]);
  }
});

test('without mfa_requirements, as tenants without customized MFA answer', async () => {
  const server = await sdkServer({ mfaRequirements: false });
  const { body } = await client(server.url).login().expect(403);
  expect(Object.keys(body)).toEqual(['error', 'error_description', 'mfa_token']);
  expect(complaints(sdks, 'mfa_required', body)).toEqual([]);
});

test('the keys at the fixed path', async () => {
  const server = await sdkServer();
  const { keys } = (await client(server.url).http.get('/.well-known/jwks.json').expect(200)).body;
  for (const key of keys) expect(complaints(sdks, 'JWK', key)).toEqual([]);
  expect(keys).toContainEqual(
    expect.objectContaining({ kty: 'RSA', alg: 'RS256', use: 'sig', kid: expect.any(String) }),
  );
});

test.each([
  ['list item', { id: 'x', authenticator_type: 'oob', active: true, type: 'phone', name: null }],
  ['list item', { id: 'x', authenticator_type: 'oob', active: 'true', type: 'phone' }],
  ['list item', { id: 'x', authenticator_type: 'oob', active: true, oob_channels: ['sms'] }],
  ['oob challenge', { challenge_type: 'oob', binding_method: 'prompt' }],
  ['tokens', { access_token: 'x', token_type: 'Bearer', expires_in: '86400', id_token: 'x' }],
  ['error', { error: 'invalid_grant', error_description: 'x', code: 'y' }],
  ['mfa_required', { error: 'mfa_required', error_description: 'x' }],
] as const)('the decoders find what is wrong: %s %j', (answer, body) => {
  expect(complaints(sdks, answer, body)).not.toEqual([]);
});
