import type { Texts } from '../locales/en.js';
import type { View } from '../view.js';
import { CodeField, PostForm } from './parts.js';

type Of<Page extends View['page']> = {
  readonly view: Extract<View, { readonly page: Page }>;
  readonly texts: Texts;
};

export const Action = ({
  text,
  texts,
}: {
  readonly text: string | undefined;
  readonly texts: Texts;
}) =>
  text === undefined ? null : (
    <p class="notice">
      {texts.stepUp.action} <strong>{text}</strong>
    </p>
  );

/** Takes a code that was sent, or that an app shows. */
export function Code({ view, texts }: Of<'code'>) {
  const { code } = texts;
  const { way, name, resend, other, again } = view;
  return (
    <>
      <p>{way === 'otp' ? code.otp : code[way](name ?? '')}</p>
      <Action text={view.action} texts={texts} />
      <PostForm form={view.form}>
        <CodeField label={code.label(view.digits)} error={view.error} sms={way === 'sms'} />
        {view.mayTrust ? (
          <label class="choice">
            <input type="checkbox" name="trust" value="1" />
            <span>{code.trust}</span>
          </label>
        ) : null}
        <button type="submit">{code.submit}</button>
      </PostForm>
      {resend || other || again ? (
        <div class="more stack">
          {resend ? <Resend resend={resend} texts={texts} /> : null}
          {other === undefined ? null : <a href={other}>{code.other}</a>}
          {again ? (
            <PostForm form={again}>
              <button class="link" type="submit">
                {code.changeAddress}
              </button>
            </PostForm>
          ) : null}
        </div>
      ) : null}
    </>
  );
}

const Resend = ({
  resend: { form, authenticator, inSeconds },
  texts: { code },
}: {
  readonly resend: NonNullable<Of<'code'>['view']['resend']>;
  readonly texts: Texts;
}) => (
  <PostForm form={form}>
    <input type="hidden" name="authenticator" value={authenticator} />
    <button class="link" type="submit">
      {code.resend}
    </button>
    {inSeconds > 0 ? (
      <p
        class="soft small"
        data-wait={inSeconds}
        data-text={code.resendIn('#' as unknown as number)}
      >
        {code.resendIn(inSeconds)}
      </p>
    ) : null}
  </PostForm>
);

/** The key for an authenticator app, as a picture and to type, and its first code. */
export const App = ({ view, texts: { app, code } }: Of<'app'>) => (
  <>
    <p>{app.scan}</p>
    {/* an SVG that we drew */}
    <div class="qr" role="img" aria-label={app.qr} dangerouslySetInnerHTML={{ __html: view.qr }} />
    <p class="small">
      {app.type} <code class="secret">{view.secret}</code>
    </p>
    <PostForm form={view.form}>
      <CodeField label={app.code} error={view.error} sms={false} />
      <button type="submit">{app.submit}</button>
    </PostForm>
    <div class="more">
      <PostForm form={view.again}>
        <button class="link" type="submit">
          {code.changeAddress}
        </button>
      </PostForm>
    </div>
  </>
);
