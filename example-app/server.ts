import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { serverOptions } from 'express-mfa';
import { exampleApp } from './app.js';
import { type Config, readConfig } from './config.js';
import { type OpenDatabase, openDatabase } from './database.js';
import { log } from './log.js';
import { startingHandler, untilReady } from './readiness.js';
import { developmentKeys } from './secrets.js';
import { readSeed } from './seed.js';

const DRAIN = 1_000; // `/healthz` says it first, so that the load balancer sends no more
const IN_FLIGHT = 8_000; // longest wait for requests in flight at the end
const IDLE = 250; // how long a connection may be about to send one
const CLOSING = 1_000; // and after them for the database

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const seed = await readSeed(config.seedFile);
  const starting = startingHandler();
  let handle: RequestListener = starting.handle;
  const stopping = new AbortController();
  const server = await listen(config, (request, response) => {
    if (stopping.signal.aborted) response.setHeader('Connection', 'close');
    handle(request, response);
  });
  const { port } = server.address() as AddressInfo;
  const issuer = config.issuer ?? `http://localhost:${port}/`; // after listening: the port may be 0
  const database = await openDatabase(config);
  const background = { settled: async () => {} };
  const drain = config.production ? DRAIN : 0;
  stopOnSignal(server, database, { stopping, drain, background });
  const keys = config.secrets ?? (await developmentKeys(config.dataDirectory));
  const { stores, sessions } = database;
  const options = { config, issuer, keys, stores, sessions, seed, stopping: stopping.signal };
  const { app, importSeed, settled } = await exampleApp(options);
  background.settled = settled;
  await untilReady(database, starting.because, importSeed);
  handle = app;
  greet(config, { url: urlOf(config, port), issuer, database: database.name });
}

function listen(config: Config, listener: RequestListener): Promise<Server> {
  const server = config.tls
    ? createTlsServer({ ...serverOptions, ...config.tls }, listener)
    : createServer(serverOptions, listener);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `PORT ${config.port} is in use; PORT=0 takes a free one`;
      const other = `HOST ${config.host}, PORT ${config.port}: ${error.message}`;
      reject(new Error(error.code === 'EADDRINUSE' ? taken : other));
    });
    server.listen(config.port, config.host, () => resolve(server));
  });
}

interface Stopping {
  readonly stopping: AbortController;
  readonly drain: number;
  /** Notices, for example, that nobody waits for. */
  readonly background: { settled(): Promise<void> };
}

/** The first signal lets requests in flight finish, a second one does not. */
function stopOnSignal(
  server: Server,
  database: OpenDatabase,
  { stopping, drain, background }: Stopping,
): void {
  const stop = (signal: string) => {
    if (stopping.signal.aborted) process.exit(0);
    stopping.abort();
    log('server.stopping', { signal });
    const idle = setInterval(() => server.closeIdleConnections(), IDLE);
    const late = setTimeout(() => server.closeAllConnections(), IN_FLIGHT);
    const closed = () => {
      clearInterval(idle);
      clearTimeout(late);
      const end = () => {
        log('server.stopped');
        process.exit(0);
      };
      setTimeout(end, CLOSING); // a database that hangs does not say goodbye
      background
        .settled()
        .then(() => database.close())
        .then(end, end);
    };
    // Not the `close` of http: it cuts connections whose first request is just arriving.
    setTimeout(() => NetServer.prototype.close.call(server, closed), drain);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function urlOf({ host, tls }: Config, port: number): string {
  const everywhere = /^(127\.\d+\.\d+\.\d+|0\.0\.0\.0|::1?)$/.test(host);
  const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${tls ? 'https' : 'http'}://${name}:${port}`;
}

interface Running {
  readonly url: string;
  readonly issuer: string;
  readonly database: string;
}

/** One line on stdout for programs; six on stderr for people, so that stdout stays JSON lines. */
function greet(config: Config, { url, issuer, database }: Running): void {
  log('server.listening', { url, port: Number(new URL(url).port), issuer, database });
  const curl = `curl ${config.tls ? '-k ' : ''}${url}/oauth/token -d grant_type=password`;
  const phone = config.webhookUrl ?? `${url}/dev/outbox`;
  process.stderr.write(`express-mfa example: ${url}   issuer ${issuer}   database ${database}
  open   ${url}/   an app with a login, as ann@example.com with the password: correct horse
  and    ${phone}   the phone that receives every code
  try    npm run tutorial   in a second terminal: enroll a phone, request by request
  or     ${curl} -d client_id=spa -d username=ann@example.com -d 'password=correct horse'
  users  ann (nothing enrolled), bob (authenticator app), carol (phone); Ctrl-C stops the app
`);
}

process.stdout.on('error', () => {}); // whoever read the log is gone; the app is not
main().catch((error: Error) => {
  console.error(`express-mfa example: ${error.message}`);
  process.exit(1);
});
