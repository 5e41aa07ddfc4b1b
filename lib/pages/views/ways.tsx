import type { Texts } from '../locales/en.js';
import type { View, WayEntry } from '../view.js';
import { Action } from './code.js';
import { Field, PostForm, Problem } from './parts.js';

type Of<Page extends View['page']> = {
  readonly view: Extract<View, { readonly page: Page }>;
  readonly texts: Texts;
};

/** The ways to confirm a login, each a button. */
export function Ways({ view, texts }: Of<'ways'>) {
  const { ways } = texts;
  const nothing = view.ways.length === 0 && view.recovery === undefined;
  return (
    <>
      <Action text={view.action} texts={texts} />
      <Problem text={view.error} />
      <p>{nothing ? ways.none : ways.intro}</p>
      <div class="stack">
        {view.ways.map((entry) => (
          <PostForm form={view.form} key={entry.id}>
            <input type="hidden" name="authenticator" value={entry.id} />
            <button class="plain" type="submit">
              {labelOf(ways, entry)}
            </button>
          </PostForm>
        ))}
      </div>
      {view.recovery === undefined ? null : (
        <p class="more">
          <a href={view.recovery}>{ways.recovery}</a>
        </p>
      )}
    </>
  );
}

const labelOf = (texts: Texts['ways'], { way, name = '' }: WayEntry): string =>
  way === 'otp' ? texts.otp : texts[way](name);

/** Asks before a message is sent. */
export const StepUp = ({ view, texts }: Of<'step-up'>) => (
  <>
    <p>{texts.stepUp.intro}</p>
    <Action text={view.action} texts={texts} />
    <div class="stack">
      <PostForm form={view.form}>
        <button type="submit">{texts.stepUp.submit}</button>
      </PostForm>
      <a class="button plain" href={view.cancel}>
        {texts.stepUp.cancel}
      </a>
    </div>
  </>
);

export const Recovery = ({ view, texts }: Of<'recovery'>) => (
  <>
    <p>{texts.recovery.intro}</p>
    <PostForm form={view.form}>
      <Field
        id="recovery_code"
        name="recovery_code"
        label={texts.recovery.label}
        error={view.error}
        input={{ type: 'text', autocomplete: 'off', autofocus: true, spellcheck: false }}
      />
      <button type="submit">{texts.recovery.submit}</button>
    </PostForm>
    <p class="more">
      <a href={view.other}>{texts.code.other}</a>
    </p>
  </>
);

export const RecoveryCode = ({ view, texts: { recoveryCode } }: Of<'recovery-code'>) => (
  <>
    <p>{recoveryCode.intro}</p>
    <p>
      {recoveryCode.label}: <code class="secret">{view.code}</code>
    </p>
    <PostForm form={view.form}>
      <button type="submit">{recoveryCode.saved}</button>
    </PostForm>
  </>
);
