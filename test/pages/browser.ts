// A browser without JavaScript: it keeps cookies, follows redirects, reads forms and sends them.
import type { Express } from 'express';
import supertest, { type Response } from 'supertest';

/** A form as it stands in a page. */
export interface PageForm {
  readonly action: string;
  readonly method: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The words on its button. */
  readonly button: string;
}

const plain = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}(?:="([^"]*)"|(?=[\\s/>]))`).exec(tag);
  return found ? plain(found[1] ?? '') : undefined;
};

const textOf = (html: string) =>
  plain(html.replace(/<(style|script)[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();

/** A page that was loaded, after all redirects. */
export interface LoadedPage {
  readonly status: number;
  readonly path: string;
  readonly html: string;
  /** What a person reads. */
  readonly text: string;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly forms: readonly PageForm[];
  /** `href`s by the words of the link. */
  readonly links: Readonly<Record<string, string>>;
}

function formsOf(html: string): PageForm[] {
  return [...html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(([, tag = '', inner = '']) => {
    const fields: Record<string, string> = {};
    for (const [input] of inner.matchAll(/<input[^>]*>/g)) {
      const type = attribute(input, 'type');
      const checkable = type === 'radio' || type === 'checkbox';
      if (checkable && attribute(input, 'checked') === undefined) continue;
      fields[attribute(input, 'name') ?? ''] = attribute(input, 'value') ?? '';
    }
    const button = textOf(/<button[^>]*>([\s\S]*?)<\/button>/.exec(inner)?.[1] ?? '');
    const method = attribute(tag, 'method') ?? 'get';
    return { action: attribute(tag, 'action') ?? '', method, fields, button };
  });
}

const linksOf = (html: string) =>
  Object.fromEntries(
    [...html.matchAll(/<a([^>]*)>([\s\S]*?)<\/a>/g)].map(([, tag = '', inner = '']) => [
      textOf(inner),
      attribute(tag, 'href') ?? '',
    ]),
  );

/** A person's browser. `headers` go with every request. */
export function browser(app: Express | string, headers: Record<string, string> = {}) {
  const cookies = new Map<string, string>();
  const setCookies: string[] = [];
  const http = supertest(app);
  const host = typeof app === 'string' ? app : undefined;

  const send = async (method: string, path: string, body?: Record<string, string>) => {
    const call = (method === 'POST' ? http.post(path) : http.get(path)).redirects(0).ok(() => true);
    call.set({ Accept: 'text/html,*/*;q=0.8', 'Accept-Language': 'en', ...headers });
    if (cookies.size > 0) call.set('Cookie', [...cookies].map((it) => it.join('=')).join('; '));
    if (method === 'POST')
      call
        .set({ 'Sec-Fetch-Site': 'same-origin', ...headers })
        .type('form')
        .send(body ?? {});
    const answer: Response = await call;
    for (const line of [answer.headers['set-cookie'] ?? []].flat() as string[]) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      setCookies.push(line);
      if (/expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };

  const load = async (method: string, path: string, body?: Record<string, string>) => {
    let answer = await send(method, path, body);
    let at = path;
    const hops: string[] = [];
    while ([301, 302, 303, 307].includes(answer.status)) {
      const to = new URL(answer.headers['location'] as string, `${host ?? 'http://x'}${at}`);
      if (host === undefined ? to.host !== 'x' : to.origin !== host) break; // leaves this site
      at = to.pathname + to.search;
      hops.push(at);
      if (hops.length > 10) throw new Error(`redirected in circles: ${hops.join(' → ')}`);
      answer = await send('GET', at);
    }
    return pageOf(answer, at);
  };

  return {
    cookies,
    /** Every `Set-Cookie` that came, oldest first. */
    setCookies,
    /** One request, its redirect not followed. */
    send,
    get: (path: string) => load('GET', path),
    /** Sends a form of the page, with what the person typed. */
    submit: (page: LoadedPage, typed: Record<string, string> = {}, button?: string) => {
      const found = page.forms.find((it) => button === undefined || it.button === button);
      if (!found) throw new Error(`no form with "${button}" on ${page.path}: ${page.text}`);
      return load(found.method.toUpperCase(), found.action, { ...found.fields, ...typed });
    },
    follow: (page: LoadedPage, link: string) => {
      const href = page.links[link];
      if (href === undefined) throw new Error(`no link "${link}" on ${page.path}: ${page.text}`);
      return load('GET', href);
    },
  };
}

export type TestBrowser = ReturnType<typeof browser>;

function pageOf({ status, text: html, headers }: Response, path: string): LoadedPage {
  return {
    status,
    path,
    html,
    text: textOf(html.replace(/<head>[\s\S]*?<\/head>/, '')),
    title: plain(/<title>([^<]*)/.exec(html)?.[1] ?? ''),
    headers,
    forms: formsOf(html),
    links: linksOf(html),
  };
}
