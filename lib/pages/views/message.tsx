import type { Texts } from '../locales/en.js';
import type { View } from '../view.js';

type Of<Page extends View['page']> = {
  readonly view: Extract<View, { readonly page: Page }>;
  readonly texts: Texts;
};

export const Message = ({ view }: Of<'error'>) => (
  <>
    <p role="alert">{view.text}</p>
    <a class="button" href={view.next.href}>
      {view.next.label}
    </a>
  </>
);

/** The request that waited for the code, to be sent by the visitor. */
export const Resubmit = ({ view, texts: { resubmit, stepUp } }: Of<'resubmit'>) => (
  <>
    <p>{resubmit.text}</p>
    <p class="notice">
      {stepUp.action} <strong>{view.action}</strong>
    </p>
    <form method="post" action={view.url}>
      {view.fields.map(([name, value]) => (
        <input type="hidden" name={name} value={value} key={name} />
      ))}
      <button type="submit">{resubmit.submit}</button>
    </form>
  </>
);
