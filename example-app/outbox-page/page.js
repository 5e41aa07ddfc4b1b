// The phone: a list of conversations, one per recipient, and the conversation that was opened.
import { channelOf, clockTime, conversation, conversations, readable } from './views.js';

const $ = (id) => document.getElementById(id);
const view = $('view');

/** Newest first. */
let messages = [];
const seen = new Set();
let opened = new URLSearchParams(location.hash.slice(1)).get('to') ?? undefined;

function show() {
  if (opened !== undefined && !messages.some(({ to }) => to === opened)) opened = undefined;
  $('back').hidden = opened === undefined;
  $('title').textContent = opened === undefined ? 'Messages' : readable(opened);
  view.replaceChildren(
    opened === undefined ? conversations(messages, open) : conversation(messages, opened, copy),
  );
  if (opened !== undefined) view.scrollTop = view.scrollHeight;
}

function open(to) {
  opened = to;
  const hash = to === undefined ? '' : `#${new URLSearchParams({ to })}`;
  history.replaceState(null, '', location.pathname + hash);
  show();
  view.focus();
}

async function copy(code) {
  const copied = await navigator.clipboard?.writeText(code).then(
    () => true,
    () => false,
  );
  toast(copied ? `${code} copied` : `This browser does not let me copy ${code}`);
}

let toasts;
function toast(text) {
  $('news').textContent = text;
  $('news').classList.add('shown');
  clearTimeout(toasts);
  toasts = setTimeout(() => $('news').classList.remove('shown'), 1800);
}

let unread = 0;
function arrive(message) {
  if (seen.has(message.id)) return;
  seen.add(message.id);
  messages.unshift(message);
  if (document.hidden) document.title = `(${++unread}) Messages`;
  show();
  const shown = [...view.querySelectorAll('.message')].find((it) => it.dataset.id === message.id);
  (shown ?? view.querySelector('.row'))?.classList.add('new');
  if (message.to !== opened) toast(`${channelOf(message).name} for ${readable(message.to)}`);
}

async function load() {
  const answer = await fetch('outbox.json');
  messages = await answer.json();
  seen.clear();
  for (const { id } of messages) seen.add(id);
  show();
}

function connection(text, on) {
  $('live').textContent = text;
  $('live').classList.toggle('on', on);
}

const events = new EventSource('outbox/events');
events.addEventListener('open', () => {
  connection('Live', true);
  load().catch(() => connection('Not reachable', false));
});
events.addEventListener('error', () => connection('Reconnecting…', false));
events.addEventListener('message', ({ data }) => arrive(JSON.parse(data)));

$('back').addEventListener('click', () => open(undefined));
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  unread = 0;
  document.title = 'Messages';
});

const tick = () => {
  $('clock').textContent = clockTime(new Date()).replace(/\s?[AP]M$/i, '');
};
tick();
setInterval(tick, 10_000);
