import type { ComponentChildren } from 'preact';
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
  const title = titleOf(view, texts);
  const page = (
    <Shell title={title} failed={hasError(view)} {...context}>
      <h1>{title}</h1>
      {contentOf(view, texts)}
    </Shell>
  );
  return `<!doctype html>${renderToString(page)}`;
}

const hasError = (view: View): boolean => 'error' in view && view.error !== undefined;

function titleOf(view: View, texts: Texts): string {
  switch (view.page) {
    case 'login':
      return texts.login.title;
    case 'enroll':
      return view.adding ? texts.enroll.addTitle : texts.enroll.title;
    case 'app':
      return texts.app.title;
    case 'code':
      return texts.code.title;
    case 'ways':
      return texts.ways.title;
    case 'step-up':
      return texts.stepUp.title;
    case 'recovery':
      return texts.recovery.title;
    case 'recovery-code':
      return texts.recoveryCode.title;
    case 'security':
      return texts.security.title;
    case 'remove':
      return texts.remove.title;
    case 'resubmit':
      return texts.resubmit.title;
    case 'error':
      return texts.errors.title;
  }
}

function contentOf(view: View, texts: Texts) {
  switch (view.page) {
    case 'login':
      return <Login view={view} texts={texts} />;
    case 'enroll':
      return <Enroll view={view} texts={texts} />;
    case 'app':
      return <App view={view} texts={texts} />;
    case 'code':
      return <Code view={view} texts={texts} />;
    case 'ways':
      return <Ways view={view} texts={texts} />;
    case 'step-up':
      return <StepUp view={view} texts={texts} />;
    case 'recovery':
      return <Recovery view={view} texts={texts} />;
    case 'recovery-code':
      return <RecoveryCode view={view} texts={texts} />;
    case 'security':
      return <Security view={view} texts={texts} />;
    case 'remove':
      return <Remove view={view} texts={texts} />;
    case 'resubmit':
      return <Resubmit view={view} texts={texts} />;
    case 'error':
      return <Message view={view} texts={texts} />;
  }
}

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
