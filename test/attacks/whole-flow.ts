// Every operation of the wire once, as one user goes through it.
import type { Response } from 'supertest';
import { client, OTP, SMS, type TestApp } from '../support/app.js';
import { totp } from '../support/attack.js';

/** What a request looks like before it goes out. */
type Change = (request: ReturnType<ReturnType<typeof client>['login']>) => typeof request;

/** The whole flow; every answer in it. */
export async function flow(t: TestApp, change: Change = (it) => it): Promise<Response[]> {
  const c = client(t.app);
  const answers: Response[] = [];
  const say = async (request: ReturnType<typeof c.login>) => {
    const answer = await change(request);
    answers.push(answer);
    return answer.body;
  };
  const { mfa_token: first } = await say(c.login({ scope: 'openid profile email' }));
  const phone = await say(c.associate(first, SMS));
  await say(c.oob(first, phone.oob_code, '000000'));
  await say(c.oob(first, phone.oob_code, t.code()));
  const mfa = { audience: 'https://auth.example.com/mfa/' };
  const { mfa_token: second } = await say(c.login(mfa));
  await say(c.list(second));
  const asked = await say(c.challenge({ mfa_token: second }));
  const { access_token: access } = await say(c.oob(second, asked.oob_code, t.code()));
  const app = await say(c.associate(access, OTP));
  await say(c.otp(access, totp(app.secret, t.clock.now())));
  await say(c.list(access));
  await say(c.remove(access, app.id));
  const { mfa_token: third } = await say(c.login());
  await say(c.recovery(third, phone.recovery_codes[0]));
  await say(c.http.get('/.well-known/openid-configuration'));
  await say(c.http.get('/.well-known/jwks.json'));
  return answers;
}
