// The tags of a page as a browser sees them: two pages with the same structure differ in their text only.

/** `<input name type value>` for each tag, in order, with what scripts and styles hold. */
export function structureOf(html: string): string[] {
  const tags: string[] = [];
  let at = 0;
  for (;;) {
    const start = html.indexOf('<', at);
    if (start < 0) return tags;
    const { tag, end } = tagAt(html, start);
    tags.push(tag);
    at = end;
    const raw = /^<(script|style|title|textarea)\b/.exec(tag)?.[1];
    if (raw === undefined) continue;
    const close = html.toLowerCase().indexOf(`</${raw}`, at);
    const text = html.slice(at, close);
    if (raw === 'script') tags.push(text);
    at = close;
  }
}

/** Reads one tag, with quotes as browsers read them. */
function tagAt(html: string, start: number): { tag: string; end: number } {
  const name = /^<[/!?]?[^\s/>]*/.exec(html.slice(start))?.[0] ?? '<';
  const attributes: string[] = [];
  let at = start + name.length;
  while (at < html.length && html[at] !== '>') {
    const found = /^[\s/]*([^\s=>/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))?/.exec(html.slice(at));
    if (!found) {
      at++;
      continue;
    }
    attributes.push(found[1] ?? '');
    at += found[0].length;
  }
  return { tag: `${[name.toLowerCase(), ...attributes].join(' ')}>`, end: at + 1 };
}

/** Values of this attribute, with entities. */
export const attributesOf = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value);
