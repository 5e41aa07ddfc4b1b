// What an Express app answers to, read from the app itself.
import type { Express } from 'express';

interface Layer {
  readonly handle: Handler;
  readonly name: string;
  readonly rawPath?: unknown;
  readonly route?: {
    readonly path: string;
    readonly methods?: Readonly<Record<string, boolean>>;
    readonly stack: readonly { readonly method?: string }[];
  };
}
type Handler = ((...all: never[]) => unknown) & {
  readonly stack?: readonly Layer[];
  readonly endpoints?: readonly {
    readonly method: string;
    readonly path: string;
    readonly grants?: readonly string[];
  }[];
};

/**
 * Each way in, as `POST /oauth/token password`. A middleware that does not say what it serves stands there by its name,
 * `ANY /dev/outbox serveStatic`, since it may serve anything.
 */
export const waysInto = (app: Express): string[] =>
  waysOf((app as unknown as { router: { stack: readonly Layer[] } }).router.stack, '');

const waysOf = (stack: readonly Layer[], above: string): string[] =>
  stack.flatMap((layer) => wayOf(layer, above));

function wayOf({ handle, name, rawPath, route }: Layer, above: string): string[] {
  const below = (path: string) =>
    `${above}${path}`.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  if (route) {
    const methods = new Set(route.stack.map(({ method }) => method ?? 'ANY'));
    return [...methods].map((method) => `${method.toUpperCase()} ${below(route.path)}`);
  }
  const mount = below(typeof rawPath === 'string' ? rawPath : '/');
  if (handle.stack) return waysOf(handle.stack, mount === '/' ? '' : mount);
  if (handle.endpoints) {
    return handle.endpoints.flatMap(({ method, path, grants }) => {
      const way = `${method} ${below(`${mount}${path}`)}`;
      return grants ? grants.map((grant) => `${way} ${grant}`) : [way];
    });
  }
  return handle.length === 4 ? [] : [`ANY ${mount} ${name}`]; // error handlers answer only what went wrong before
}
