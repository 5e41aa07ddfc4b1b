import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Texts } from '../locales/en.js';
import type { Site } from '../site.js';
import type { View } from '../view.js';
import { App, Code } from './code.js';
import { ENROLL_STYLE, Enroll } from './enroll.js';
import { Login } from './login.js';
import { Message, Resubmit } from './message.js';
import { SCRIPT } from './script.js';
import { Remove, Security } from './security.js';
import { styleSheet } from './style.js';
import { Recovery, RecoveryCode, StepUp, Ways } from './ways.js';

interface Context {
  readonly texts: Texts;
  readonly nonce: string;
  readonly site: Pick<Site, 'brand'>;
}

/** The whole HTML of a view. Everything in it is escaped by Preact (security.md R-115). */
export function renderView(view: View, context: Context): string {
  const { texts } = context;
  // The row of this view: the types of the table hold row by row.
  const { title: titleOf, Content } = PAGES[view.page] as Page<View['page']>;
  const title = titleOf(texts, view);
  const page = (
    <Shell title={title} failed={hasError(view)} {...context}>
      <h1>{title}</h1>
      <Content view={view} texts={texts} />
    </Shell>
  );
  return `<!doctype html>${renderToString(page)}`;
}

const hasError = (view: View): boolean => 'error' in view && view.error !== undefined;

/** How one page is shown. */
interface Page<Name extends View['page']> {
  title(texts: Texts, view: Extract<View, { readonly page: Name }>): string;
  readonly Content: (props: {
    readonly view: Extract<View, { readonly page: Name }>;
    readonly texts: Texts;
  }) => VNode;
}

const PAGES: { readonly [Name in View['page']]: Page<Name> } = {
  login: { title: ({ login }) => login.title, Content: Login },
  enroll: {
    title: ({ enroll }, { adding }) => (adding ? enroll.addTitle : enroll.title),
    Content: Enroll,
  },
  app: { title: ({ app }) => app.title, Content: App },
  code: { title: ({ code }) => code.title, Content: Code },
  ways: { title: ({ ways }) => ways.title, Content: Ways },
  'step-up': { title: ({ stepUp }) => stepUp.title, Content: StepUp },
  recovery: { title: ({ recovery }) => recovery.title, Content: Recovery },
  'recovery-code': { title: ({ recoveryCode }) => recoveryCode.title, Content: RecoveryCode },
  security: { title: ({ security }) => security.title, Content: Security },
  remove: { title: ({ remove }) => remove.title, Content: Remove },
  resubmit: { title: ({ resubmit }) => resubmit.title, Content: Resubmit },
  error: { title: ({ errors }) => errors.title, Content: Message },
};

function Shell({
  title,
  failed,
  texts,
  nonce,
  site: { brand },
  children,
}: Context & {
  readonly title: string;
  readonly failed: boolean;
  readonly children: ComponentChildren;
}) {
  const style = styleSheet(brand) + ENROLL_STYLE;
  return (
    <html lang={texts.lang}>
      <head>
        <meta charset="utf-8" />
        <title>{`${failed ? `${texts.errors.field} ` : ''}${title} – ${brand.name}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {/* our own style, colours checked at start */}
        <style nonce={nonce} dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <header>
          {brand.logo ? <img src={brand.logo.src} alt={brand.logo.alt} /> : brand.name}
        </header>
        <main>
          <div class="card">{children}</div>
        </main>
        {/* our own script */}
        <script nonce={nonce} dangerouslySetInnerHTML={{ __html: SCRIPT }} />
      </body>
    </html>
  );
}
