import type { Texts } from '../locales/en.js';
import type { View, Way } from '../view.js';
import { Field, PostForm, Problem } from './parts.js';

type EnrollView = Extract<View, { readonly page: 'enroll' }>;

interface Props {
  readonly view: EnrollView;
  readonly texts: Texts;
}

/** One page for the choice and the number, so that it works without JavaScript; fields that do not fit are hidden where CSS can. */
export function Enroll({ view, texts }: Props) {
  const { enroll } = texts;
  const { ways, values, error } = view;
  if (ways.length === 0) return <p>{enroll.none}</p>;
  const chosen = ways.find((it) => it === values.method) ?? ways[0];
  return (
    <>
      {view.adding ? null : <p class="soft">{enroll.intro}</p>}
      <PostForm form={view.form} class="enroll">
        <Problem text={error?.field === 'method' ? error.text : undefined} />
        <fieldset>
          <legend>{enroll.method}</legend>
          {ways.map((way) => (
            <Choice key={way} way={way} checked={way === chosen} texts={texts} />
          ))}
        </fieldset>
        <Fields view={view} texts={texts} />
        <button type="submit">{enroll.submit}</button>
      </PostForm>
      {view.back === undefined ? null : (
        <p class="more">
          <a href={view.back}>{texts.security.back}</a>
        </p>
      )}
    </>
  );
}

/** What the chosen way needs to know. */
const Fields = ({ view: { ways, values, error }, texts: { enroll } }: Props) => (
  <>
    {ways.includes('sms') || ways.includes('voice') ? (
      <div class="for-phone">
        <Field
          id="phone_number"
          name="phone_number"
          label={enroll.phone}
          hint={enroll.phoneHint}
          value={values.phone}
          {...at('phone', 'tel', error)}
        />
      </div>
    ) : null}
    {ways.includes('email') ? (
      <div class="for-email">
        <Field
          id="email"
          name="email"
          label={enroll.address}
          value={values.email}
          {...at('email', 'email', error)}
        />
      </div>
    ) : null}
  </>
);

/** What an input is, and the error that is its own. */
function at(field: 'phone' | 'email', kind: 'tel' | 'email', error: EnrollView['error']) {
  const own = error?.field === field;
  const input = { type: kind, autocomplete: kind, inputMode: kind, autofocus: own };
  return { input, error: own ? error.text : undefined };
}

const Choice = ({
  way,
  checked,
  texts: { enroll },
}: {
  readonly way: Way;
  readonly checked: boolean;
  readonly texts: Texts;
}) => (
  <label class="choice">
    <input type="radio" name="method" value={way} checked={checked} />
    <span>
      {enroll[way]}
      <small>{enroll[`${way}Hint`]}</small>
    </span>
  </label>
);

/** Shows the field of the chosen way only, where the browser knows `:has()`; elsewhere both are there. */
export const ENROLL_STYLE = `
@supports selector(:has(*)) {
.enroll .for-phone, .enroll .for-email { display: none; }
.enroll:has([value=sms]:checked) .for-phone, .enroll:has([value=voice]:checked) .for-phone, .enroll:has([value=email]:checked) .for-email { display: block; }
}`;
