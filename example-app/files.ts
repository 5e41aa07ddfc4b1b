import { fileURLToPath } from 'node:url';

/** A file of `example-app/`, from the built code in `example-app/dist/` and from the sources alike. */
export function appFile(name: string): string {
  const up = import.meta.url.endsWith('.ts') ? '.' : '..';
  return fileURLToPath(new URL(`${up}/${name}`, import.meta.url));
}
