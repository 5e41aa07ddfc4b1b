// Run by auth-js-https.test.ts in a process of its own, because Node reads NODE_EXTRA_CA_CERTS only at its start:
// @auth0/auth0-auth-js and the fetch of Node, both as they are. Codes come from the parent.
import { once } from 'node:events';
import { AuthClient } from '@auth0/auth0-auth-js';

const [domain] = process.argv.slice(2);
const auth = new AuthClient({ domain, clientId: 'web', clientSecret: 'web-secret' });

async function code(request) {
  process.send(request);
  return (await once(process, 'message'))[0];
}

async function logIn(options) {
  const user = { username: 'ann@example.com', password: 'correct horse', scope: 'openid profile' };
  return auth.getTokenByPassword({ ...user, ...options }).catch(({ cause }) => cause.mfa_token);
}

async function byMessage(mfaToken, { oobCode }) {
  const bindingCode = await code({ want: 'message' });
  return auth.mfa.verify({ factorType: 'oob', oobCode, bindingCode, mfaToken });
}

const first = await logIn();
const sms = await auth.mfa.enrollAuthenticator({
  authenticatorTypes: ['oob'],
  oobChannels: ['sms'],
  phoneNumber: '+15555550123',
  mfaToken: first,
});
const tokens = await byMessage(first, sms);

const scope = 'enroll read:authenticators remove:authenticators';
const second = await logIn({ audience: `https://${domain}/mfa/`, scope });
const asked = await auth.mfa.challengeAuthenticator({ challengeType: 'oob', mfaToken: second });
const { accessToken: mfaToken } = await byMessage(second, asked);
const otp = await auth.mfa.enrollAuthenticator({ authenticatorTypes: ['otp'], mfaToken });
const answer = await code({ want: 'otp', secret: otp.secret });
await auth.mfa.verify({ factorType: 'otp', otp: answer, mfaToken });
const list = await auth.mfa.listAuthenticators({ mfaToken });
await auth.mfa.deleteAuthenticator({ authenticatorId: otp.id, mfaToken });
const left = await auth.mfa.listAuthenticators({ mfaToken });
const refused = await auth.mfa.listAuthenticators({ mfaToken: 'mfa_nothing' }).catch((e) => e);

process.send({
  done: {
    issuer: (await auth.getServerMetadata()).issuer,
    claims: tokens.claims,
    list: list.map(({ id, active, type }) => [id.split('|')[0], active, type]),
    left: left.length,
    refused: [refused.name, refused.statusCode, refused.cause?.error],
  },
});
process.disconnect();
