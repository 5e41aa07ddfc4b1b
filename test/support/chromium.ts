// Finds Chromium, or installs Debian's where that can be done.
import { execFileSync } from 'node:child_process';
import { onPath } from './debian.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** Flags for a machine without a screen, a sandbox or a network. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--ignore-certificate-errors',
];

/** @returns its path; undefined where there is none and none can be installed */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'] || onPath(...NAMES);
  return named ?? (process.platform === 'darwin' ? MAC : installed());
}

/** By apt, which needs root. */
function installed(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !onPath('apt-get'))
    return undefined;
  const apt = (...args: string[]) =>
    execFileSync('apt-get', args, {
      stdio: 'ignore',
      timeout: 300_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const install = () => apt('-qq', 'install', '-y', '--no-install-recommends', 'chromium');
  try {
    try {
      install();
    } catch {
      apt('-qq', 'update');
      install();
    }
  } catch {
    return undefined;
  }
  return onPath(...NAMES);
}
