export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

const colors = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number) => (text: string) =>
  colors ? `\u001b[${code}m${text}\u001b[0m` : text;
const bold = paint(1);
const dim = paint(2);
const red = paint(31);
const green = paint(32);
const cyan = paint(36);

/** Sends it. */
export async function send({ method, url, headers, form, json }: Exchange): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
    body: form ? new URLSearchParams(form) : json === undefined ? null : JSON.stringify(json),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** Sends it and prints request and answer. */
export async function exchange(request: Exchange): Promise<Answer> {
  const answer = await send(request);
  print(request, answer);
  return answer;
}

export function print({ method, url, headers = {}, form, json }: Exchange, answer: Answer): void {
  const lines = [bold(`${method} ${url}`)];
  for (const [name, value] of Object.entries(headers))
    lines.push(dim(`${name}: ${shorten(value)}`));
  if (form) {
    lines.push(dim('content-type: application/x-www-form-urlencoded'), '');
    for (const [name, value] of Object.entries(form)) lines.push(`${name}=${shorten(value)}`);
  }
  if (json !== undefined) lines.push(dim('content-type: application/json'), '', ...pretty(json));
  const good = answer.status < 300 ? green : cyan;
  const paintStatus = answer.status < 500 ? good : red;
  console.log(lines.map((line) => `  ${line}`.trimEnd()).join('\n'));
  console.log(`\n  ${paintStatus(`→ ${answer.status}`)}`);
  console.log(
    `${pretty(answer.body)
      .map((line) => `  ${line}`)
      .join('\n')}\n`,
  );
}

export const heading = (text: string) => console.log(`\n${bold(cyan(text))}\n`);
export const say = (text: string) => console.log(`  ${text}\n`);

const pretty = (json: unknown): string[] => (json === undefined ? [] : format(json).split('\n'));

/** JSON, with what is short in one line. */
function format(value: unknown, indent = ''): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((it) => format(it, inner))
    : Object.entries(value).map(([key, it]) => `"${key}": ${format(it, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  const line = `${open} ${parts.join(', ')} ${close}`;
  if (indent !== '' && line.length <= 80 && !line.includes('\n')) return line;
  return `${open}\n${parts.map((it) => inner + it).join(',\n')}\n${indent}${close}`;
}

/** JWTs fill the screen; everything else is shown whole. */
function shorten(text: string): string {
  return text.replace(
    /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g,
    (jwt) => `${jwt.slice(0, 24)}…${jwt.slice(-8)}`,
  );
}

/** What must hold at the end; printed with a mark. */
export function check(text: string, holds: boolean): boolean {
  console.log(`  ${holds ? green('✓') : red('✗')} ${text}`);
  return holds;
}
