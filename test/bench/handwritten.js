/**
 * The same routes as somebody writes them by hand in an afternoon: idiomatic Express 5, a Map, jose with
 * a key made once. No budgets, no limits, no hashes, no reading of phone numbers, no atomicity.
 */
import { randomBytes, randomInt } from 'node:crypto';
import express from 'express';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ISSUER, outboxSender, users } from './fixtures.js';
import { outbox, serve } from './serve.js';

const send = outboxSender(outbox);
const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 2048 });
const kid = await calculateJwkThumbprint(await exportJWK(publicKey));

const authenticators = new Map();
const transactions = new Map();
const deliveries = new Map();

const opaque = () => randomBytes(32).toString('base64url');

function recoveryCode() {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  return Array.from({ length: 24 }, () => alphabet[randomInt(alphabet.length)]).join('');
}

async function deliver(transaction, authenticator) {
  const oobCode = opaque();
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  await send({ to: authenticator.phone, code, text: `${code} is your verification code` });
  deliveries.set(oobCode, { transaction, authenticator, code, expires: Date.now() + 300_000 });
  return oobCode;
}

function sign(claims, typ) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', typ, kid })
    .setIssuer(ISSUER)
    .setIssuedAt()
    .setExpirationTime('24h')
    .sign(privateKey);
}

async function tokens({ user, clientId, scope }) {
  const audience = `${ISSUER}userinfo`;
  const claims = { sub: user.id, aud: audience, azp: clientId, scope, gty: 'password' };
  const answer = { access_token: await sign(claims, 'JWT') };
  if (scope.split(' ').includes('openid')) {
    answer.id_token = await sign({ sub: user.id, aud: clientId, email: user.email }, 'JWT');
  }
  return { ...answer, scope, expires_in: 86400, token_type: 'Bearer' };
}

async function passwordGrant(req, res) {
  const { username, password, client_id: clientId, scope = '' } = req.body;
  const user = await users.authenticate(username, password);
  if (!user) {
    const error_description = 'Wrong email or password.';
    return res.status(403).json({ error: 'invalid_grant', error_description });
  }
  const token = opaque();
  transactions.set(token, { user, clientId, scope, expires: Date.now() + 600_000 });
  const enrolled = authenticators.get(user.id)?.active;
  res.status(403).json({
    error: 'mfa_required',
    error_description: 'Multifactor authentication required',
    mfa_token: token,
    mfa_requirements: enrolled
      ? { challenge: [{ type: 'phone' }, { type: 'oob' }] }
      : { enroll: [{ type: 'phone' }] },
  });
}

async function mfaOobGrant(req, res) {
  const { mfa_token: token, oob_code: oobCode, binding_code: code } = req.body;
  const transaction = transactions.get(token);
  const delivery = deliveries.get(oobCode);
  if (!transaction || delivery?.transaction !== transaction || delivery.expires < Date.now()) {
    const error_description = 'Malformed mfa_token';
    return res.status(403).json({ error: 'invalid_grant', error_description });
  }
  if (delivery.code !== code) {
    const error_description = 'Invalid binding_code.';
    return res.status(403).json({ error: 'invalid_grant', error_description });
  }
  delivery.authenticator.active = true;
  transactions.delete(token);
  deliveries.delete(oobCode);
  res.json(await tokens(transaction));
}

const app = express();
app.use(express.json());
app.use(express.urlencoded({ extended: false }));
app.use(['/oauth', '/mfa'], (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
});

app.post('/oauth/token', (req, res) => {
  if (req.body.grant_type === 'password') return passwordGrant(req, res);
  if (req.body.grant_type === 'http://auth0.com/oauth/grant-type/mfa-oob') {
    return mfaOobGrant(req, res);
  }
  res.status(400).json({ error: 'unsupported_grant_type' });
});

app.post('/mfa/associate', async (req, res) => {
  const transaction = transactions.get(req.get('Authorization')?.split(' ')[1]);
  if (!transaction) return res.status(401).json({ error: 'invalid_token' });
  const recovery = recoveryCode();
  const authenticator = {
    id: `sms|dev_${randomBytes(12).toString('base64url')}`,
    phone: req.body.phone_number,
    active: false,
    recovery,
  };
  authenticators.set(transaction.user.id, authenticator);
  res.json({
    authenticator_type: 'oob',
    binding_method: 'prompt',
    oob_channel: 'sms',
    oob_code: await deliver(transaction, authenticator),
    recovery_codes: [recovery],
  });
});

app.post('/mfa/challenge', async (req, res) => {
  const transaction = transactions.get(req.body.mfa_token);
  const authenticator = transaction && authenticators.get(transaction.user.id);
  if (!authenticator?.active) return res.status(403).json({ error: 'unsupported_challenge_type' });
  const oob_code = await deliver(transaction, authenticator);
  res.json({ challenge_type: 'oob', oob_code, binding_method: 'prompt' });
});

serve(app);
