import type { IncomingMessage } from 'node:http';
import { errors } from '../errors.js';
import { parseBody } from './parse-body.js';
import { MAX_BYTES, takeParsed, tooLarge } from './parsed-body.js';

/** security.md D32 */
const DEADLINE_MS = 5000;

const tooSlow = () => errors.invalidRequest('The body took longer than 5 seconds', 408);

/** A request whose body a parent may have parsed already. */
type MaybeParsed = IncomingMessage & { readonly body?: unknown };

/**
 * The parameters in the body of a request: read here within 16 KB and 5 seconds, or taken over when a parser of
 * the parent app has read it.
 *
 * @throws OAuthError `invalid_request` with status 400, 408, 413 or 415
 */
export async function readParams(request: MaybeParsed): Promise<ReadonlyMap<string, unknown>> {
  const type = request.headers['content-type'];
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) throw tooLarge();
  if (request.readableDidRead || request.readableEnded) return fromParent(request.body, type);
  return parseBody(await readBytes(request), type, request.headers['content-encoding']);
}

/** Within the same limits, whatever the parent allows: it may have read a body of unknown length. */
function fromParent(body: unknown, type: string | undefined): ReadonlyMap<string, unknown> {
  if (body === undefined || body === null) return new Map();
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return takeParsed(body);
  if (Buffer.byteLength(body) > MAX_BYTES) throw tooLarge();
  return parseBody(Buffer.from(body), type, undefined);
}

function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      request.off('data', take).off('end', done).off('error', cutOff).off('close', cutOff);
      outcome();
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= MAX_BYTES) return;
      request.pause(); // what follows is never read: the answer closes the connection
      settle(() => reject(tooLarge()));
    };
    const done = () => settle(() => resolve(Buffer.concat(chunks, size)));
    const cutOff = () => settle(() => reject(errors.invalidRequest('The body was cut off')));
    const late = () => settle(() => reject(tooSlow()));
    const timer = setTimeout(late, DEADLINE_MS);
    request.on('data', take).on('end', done).on('error', cutOff).on('close', cutOff);
  });
}
