// What the screen shows, as DOM nodes. Texts of messages are set as text, never as HTML.

const CHANNELS = {
  sms: { name: 'Text message', sign: 'M4 5h16v11H10l-4 4v-4H4z' },
  voice: {
    name: 'Phone call',
    sign: 'M6 3h4l2 5-3 2a12 12 0 0 0 5 5l2-3 5 2v4a2 2 0 0 1-2 2A17 17 0 0 1 4 5a2 2 0 0 1 2-2z',
  },
  email: { name: 'E-mail', sign: 'M3 5h18v14H3z M3 6l9 7 9-7' },
  notice: { name: 'Notice', sign: 'M12 4a6 6 0 0 0-6 6v4l-2 3h16l-2-3v-4a6 6 0 0 0-6-6z M10 20h4' },
};
export const channelOf = ({ channel }) => CHANNELS[channel] ?? CHANNELS.sms;

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((it) => it !== undefined));
  return node;
}

function sign({ sign: path }) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(ns, 'path'));
  svg.firstChild.setAttribute('d', path);
  return svg;
}

export const clockTime = (at) => at.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });

function day(at) {
  const days = Math.round(
    (new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5,
  );
  if (days < 2) return days < 1 ? 'Today' : 'Yesterday';
  return at.toLocaleDateString([], { weekday: 'short', day: 'numeric', month: 'short' });
}

/** `+12025550123` as people write it in North America; all else as it is. */
export function readable(to) {
  return to.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 ($1) $2-$3');
}

function time(at, text) {
  const node = element('time', '', text);
  node.dateTime = at.toISOString();
  return node;
}

/** One row per recipient, the latest message first. */
export function conversations(messages, open) {
  const groups = new Map();
  for (const it of messages) groups.set(it.to, [...(groups.get(it.to) ?? []), it]);
  if (groups.size === 0) return empty();
  const rows = [...groups].map(([to, [latest, ...older]]) => {
    const at = new Date(latest.at);
    const when = day(at) === 'Today' ? clockTime(at) : day(at);
    const row = element(
      'button',
      'row',
      element('span', `avatar ${latest.channel}`, sign(channelOf(latest))),
      element('span', 'who', readable(to)),
      time(at, when),
      element('span', 'preview', latest.text),
      older.length > 0 ? element('span', 'count', String(older.length + 1)) : undefined,
    );
    row.type = 'button';
    row.addEventListener('click', () => open(to));
    return element('li', '', row);
  });
  return element('ul', 'list', ...rows);
}

function empty() {
  const command = element('code', '', 'npm run tutorial');
  return element(
    'div',
    'empty',
    element('span', 'avatar', sign(CHANNELS.sms)),
    element('h3', '', 'No messages yet'),
    element('p', '', 'Codes arrive here by themselves. Run ', command, ' to get the first one.'),
  );
}

/** The code becomes a button, also when it is read out digit by digit: `4, 8, 2, 9, 1, 3`. */
function textWithCode({ text, code }, copy) {
  const found = code && /^\d+$/.test(code) && text.match([...code].join('[ ,]*'));
  if (!found) return [text];
  const button = element('button', 'code', found[0]);
  button.type = 'button';
  button.title = 'Copy';
  button.addEventListener('click', () => copy(code));
  return [text.slice(0, found.index), button, text.slice(found.index + found[0].length)];
}

function bubble(message, copy) {
  const { name } = channelOf(message);
  const at = new Date(message.at);
  const from = element('p', 'from', sign(channelOf(message)), name);
  const item = element(
    'li',
    `message ${message.channel}`,
    element('div', 'bubble', from, element('p', 'text', ...textWithCode(message, copy))),
    element('p', 'state', 'Delivered ', time(at, clockTime(at))),
  );
  item.dataset.id = message.id;
  return item;
}

/** Everything for one recipient, the latest message last. */
export function conversation(messages, to, copy) {
  const own = messages.filter((it) => it.to === to).reverse();
  const items = own.flatMap((message, i) => {
    const today = day(new Date(message.at));
    const same = i > 0 && day(new Date(own[i - 1].at)) === today;
    const item = bubble(message, copy);
    return same ? [item] : [element('li', 'day', today), item];
  });
  return element('ul', 'thread', ...items);
}
