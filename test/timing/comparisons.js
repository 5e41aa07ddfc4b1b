// Pairs of requests that must not be told apart: by their answers, which the driver compares, and by their times.
import { Secret, TOTP } from 'otpauth';
import { PASSWORD, SECRET } from './people.js';

const MFA = 'https://auth.example.com/mfa/';
const SCOPE = 'enroll read:authenticators remove:authenticators';
/** Guesses at one login: so many failures are an attack on the fleet, and the fourth would be refused (D9). */
const GUESSES = 2;
/** Milliseconds that the medians may lie apart. */
const WITH_HASH = 1;
const WITHOUT = 0.2;

const totp = new TOTP({ secret: Secret.fromBase32(SECRET) });
const wrong = (code, place) =>
  code.slice(0, place) + ((Number(code[place]) + 5) % 10) + code.slice(place + 1);
const login = (username, password) => ({ grant_type: 'password', username, password });
const grantOf = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;

/** Two requests that can be repeated as often as wanted. */
const always = (a, b) =>
  async function* () {
    for (;;) yield { a, b };
  };

let next = 1000;
/** Another user, with an authenticator app and a phone. */
async function newUser(world) {
  const user = `user${next++}`;
  await world.ask({ ask: 'enroll', user });
  return user;
}

async function tokenFor(world, user, members = {}) {
  const { body } = await world.post('/quick/oauth/token', { ...login(user, PASSWORD), ...members });
  return body.mfa_token;
}

const proveByApp = (world, token, code = totp.generate()) =>
  world.post('/quick/oauth/token', { grant_type: grantOf('otp'), mfa_token: token, otp: code });

/** Somebody who just passed a second factor for the MFA audience. */
async function accessOf(world, user) {
  const token = await tokenFor(world, user, { audience: MFA, scope: SCOPE });
  return (await proveByApp(world, token)).body.access_token;
}

async function usedToken(world) {
  const token = await tokenFor(world, await newUser(world));
  await proveByApp(world, token);
  return token;
}

const forgedToken = (token) =>
  `${token.slice(0, 10)}${token[10] === 'A' ? 'B' : 'A'}${token.slice(11)}`;

/** @type {{ name: string, bound: number, share?: number, pairs(world: any): AsyncGenerator }[]} */
export const comparisons = [
  {
    name: 'control: the same request twice',
    bound: WITHOUT,
    pairs: (world) => always(world.get('/control/soon'), world.get('/control/soon'))(),
  },
  {
    name: 'control: 0.3 ms later, which has to be seen',
    bound: WITHOUT,
    seen: true,
    pairs: (world) => always(world.get('/control/soon'), world.get('/control/late'))(),
  },
  {
    name: 'password: unknown user / known user',
    bound: WITH_HASH,
    share: 0.25,
    pairs: (world) =>
      always(
        world.form('/hashed/oauth/token', login('nobody', 'wrong')),
        world.form('/hashed/oauth/token', login('user1', 'wrong')),
      )(),
  },
  {
    name: 'password: unknown user / user whose guesses wait',
    bound: WITH_HASH,
    share: 0.25,
    async *pairs(world) {
      const { body } = await world.post('/hashed/oauth/token', login('user2', PASSWORD));
      const otp = wrong(totp.generate(), 0);
      const guess = { grant_type: grantOf('otp'), mfa_token: body.mfa_token, otp };
      for (let i = 0; i < 6; i++) await world.post('/hashed/oauth/token', guess);
      const [a, b] = ['nobody', 'user2'].map((it) => login(it, 'wrong'));
      const [one, other] = [a, b].map((it) => world.form('/hashed/oauth/token', it));
      yield* always(one, other)();
    },
  },
  {
    name: 'the same without a password hash: unknown / known',
    bound: WITHOUT,
    pairs: (world) =>
      always(
        world.form('/quick/oauth/token', login('nobody1', 'wrong')),
        world.form('/quick/oauth/token', login('user1', 'wrong')),
      )(),
  },
  {
    name: 'mfa_token of a challenge: forged / used up',
    bound: WITHOUT,
    async *pairs(world) {
      const used = await usedToken(world);
      const ask = (mfa_token) => world.form('/quick/mfa/challenge', { mfa_token });
      yield* always(ask(forgedToken(used)), ask(used))();
    },
  },
  {
    name: 'mfa_token as bearer: forged / used up',
    bound: WITHOUT,
    async *pairs(world) {
      const used = await usedToken(world);
      const list = (token) => world.get('/quick/mfa/authenticators', token);
      yield* always(list(forgedToken(used)), list(used))();
    },
  },
  {
    name: "authenticator to be removed: nobody's / another user's",
    bound: WITHOUT,
    async *pairs(world) {
      const [ann, bob] = [await newUser(world), await newUser(world)];
      const token = await accessOf(world, ann);
      const listed = await world.send(
        world.get('/quick/mfa/authenticators', await tokenFor(world, bob)),
      );
      const remove = (id) =>
        world.remove(`/quick/mfa/authenticators/${encodeURIComponent(id)}`, token);
      yield* always(remove('totp|dev_AAAAAAAAAAAAAAAA'), remove(listed.body[0].id))();
    },
  },
  {
    name: "authenticator of a challenge: nobody's / another user's",
    bound: WITHOUT,
    async *pairs(world) {
      const [ann, bob] = [await newUser(world), await newUser(world)];
      const mfa_token = await tokenFor(world, ann);
      const listed = await world.send(
        world.get('/quick/mfa/authenticators', await tokenFor(world, bob)),
      );
      const ask = (authenticator_id) =>
        world.form('/quick/mfa/challenge', { mfa_token, authenticator_id });
      yield* always(ask('totp|dev_AAAAAAAAAAAAAAAA'), ask(listed.body[0].id))();
    },
  },
  {
    name: 'code of an app: wrong / right, but used before',
    bound: WITHOUT,
    async *pairs(world) {
      for (;;) {
        const user = await newUser(world);
        const code = totp.generate();
        await proveByApp(world, await tokenFor(world, user), code);
        const mfa_token = await tokenFor(world, user);
        const guess = (otp) =>
          world.form('/quick/oauth/token', { grant_type: grantOf('otp'), mfa_token, otp });
        for (let i = 0; i < GUESSES / 2; i++) yield { a: guess(wrong(code, 0)), b: guess(code) };
      }
    },
  },
  {
    name: 'code in a message: first digit wrong / last digit wrong',
    bound: WITHOUT,
    async *pairs(world) {
      for (;;) {
        const user = await newUser(world);
        const mfa_token = await tokenFor(world, user);
        const { body } = await world.post('/quick/mfa/challenge', {
          mfa_token,
          challenge_type: 'oob',
        });
        const code = await world.ask({ ask: 'code', user });
        const guess = (binding_code) =>
          world.form('/quick/oauth/token', {
            grant_type: grantOf('oob'),
            mfa_token,
            oob_code: body.oob_code,
            binding_code,
          });
        for (let i = 0; i < GUESSES / 2; i++) {
          yield { a: guess(wrong(code, 0)), b: guess(wrong(code, 5)) };
        }
      }
    },
  },
];
