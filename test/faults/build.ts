// What runs has to be what the sources say.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export default async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/build.js']);
}
