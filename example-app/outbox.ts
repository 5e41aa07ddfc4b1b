import express, { type Response, type Router } from 'express';
import type { OutboxMessage, OutboxSender } from 'express-mfa/adapters/senders';
import helmet from 'helmet';
import { appFile } from './files.js';

const PAGE = appFile('outbox-page');
const HEARTBEAT = 15_000;

/** Nothing but this page's own style, script and requests. */
const secure = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false, // would hold for every other app on localhost
});

/**
 * `/outbox`, a page that looks like a phone, and `/outbox.json` with the same messages for programs.
 * Development only: it shows every code to whoever can reach it.
 *
 * @param stopping ends the live updates, so that the server can close
 */
export function outboxRouter(outbox: OutboxSender, stopping: AbortSignal): Router {
  const router = express.Router();
  router.use(secure, (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.get('/outbox.json', ({ query: { to } }, response) => {
    response.json(outbox.messages(typeof to === 'string' ? number(to) : undefined).map(visible));
  });
  router.get('/outbox/events', (_request, response) => live(outbox, response, stopping));
  router.get('/outbox', (_request, response) => response.sendFile('page.html', { root: PAGE }));
  router.use('/outbox', express.static(PAGE, { index: false, cacheControl: false }));
  return router;
}

/** In a query string a plus sign stands for a space: `?to=+1202…` means the number all the same. */
const number = (to: string) => to.replace(/^ (?=\d)/, '+');

function visible({ id, channel, to, text, code, at }: OutboxMessage) {
  return { id, channel, to, text, code, at: new Date(at).toISOString() };
}

/** Server-sent events: one for every message from now on. */
function live(outbox: OutboxSender, response: Response, stopping: AbortSignal): void {
  response.set('Content-Type', 'text/event-stream').flushHeaders();
  response.write('retry: 1000\n\n');
  const end = () => response.end();
  const leave = outbox.subscribe((message) => {
    response.write(`data: ${JSON.stringify(visible(message))}\n\n`);
  });
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT);
  stopping.addEventListener('abort', end);
  response.on('close', () => {
    leave();
    clearInterval(heartbeat);
    stopping.removeEventListener('abort', end);
  });
}
