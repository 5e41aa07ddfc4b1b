import type { ComponentChildren } from 'preact';
import type { Form } from '../view.js';

/** A form that posts, with the token of the session. */
export const PostForm = ({
  form,
  children,
  class: name,
}: {
  readonly form: Form;
  readonly children: ComponentChildren;
  readonly class?: string;
}) => (
  <form method="post" action={form.action} class={name} noValidate>
    <input type="hidden" name="csrf" value={form.csrf} />
    {children}
  </form>
);

/** What went wrong on this page; read out when it appears. */
export const Problem = ({ text }: { readonly text: string | undefined }) =>
  text === undefined ? null : (
    <p class="error" role="alert">
      {text}
    </p>
  );

interface InputProps {
  readonly type: 'text' | 'password' | 'tel' | 'email';
  readonly autocomplete: string;
  readonly inputMode?: 'numeric' | 'tel' | 'email';
  readonly autofocus: boolean;
  readonly class?: string;
  readonly spellcheck?: boolean;
}

interface FieldProps {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly value?: string | undefined;
  readonly otp?: boolean;
  /** Attributes of the input. */
  readonly input: InputProps;
}

/** A labelled input; its error stands beside it and is named by it. */
export function Field(props: FieldProps) {
  const { id, name, label, hint, error, otp, value = '', input } = props;
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  // As an object: the types of Preact know inputs of one `type` at a time.
  const attributes: object = {
    ...input,
    id,
    name,
    value,
    autocapitalize: 'none',
    ...(error !== undefined && { 'aria-invalid': true }),
    ...(described !== '' && { 'aria-describedby': described }),
    ...(otp && { 'data-otp': '' }),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {error === undefined ? null : (
        <p class="wrong" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      <input {...attributes} />
      {hint === undefined ? null : (
        <p class="soft small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** The input for a code: filled in from messages, digits on phones, spaces allowed. */
export const CodeField = ({
  label,
  error,
  sms,
}: {
  readonly label: string;
  readonly error: string | undefined;
  readonly sms: boolean;
}) => (
  <Field
    id="code"
    name="code"
    label={label}
    error={error}
    otp={sms}
    input={{
      type: 'text',
      autocomplete: 'one-time-code',
      inputMode: 'numeric',
      class: 'code',
      autofocus: true,
      spellcheck: false,
    }}
  />
);
