import type { Texts } from '../locales/en.js';
import type { View } from '../view.js';
import { Field, PostForm, Problem } from './parts.js';

export const Login = ({
  view,
  texts: { login },
}: {
  readonly view: Extract<View, { readonly page: 'login' }>;
  readonly texts: Texts;
}) => (
  <PostForm form={view.form}>
    <Problem text={view.error} />
    <Field
      id="username"
      name="username"
      label={login.username}
      value={view.username}
      input={{
        type: 'text',
        autocomplete: 'username',
        autofocus: view.username === '',
        spellcheck: false,
      }}
    />
    <Field
      id="password"
      name="password"
      label={login.password}
      input={{
        type: 'password',
        autocomplete: 'current-password',
        autofocus: view.username !== '',
      }}
    />
    <button type="submit">{login.submit}</button>
  </PostForm>
);
