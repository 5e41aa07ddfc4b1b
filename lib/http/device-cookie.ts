import type { ServerResponse } from 'node:http';
import { DEVICE_LIFETIME_MS } from '../core/session/known-device.js';
import { hostCookie } from './host-cookie.js';

const cookie = hostCookie('mfa_device', /dev_[\w-]{1,100}/);

/** The mark of a known device that a browser sent, not checked yet. */
export const readDeviceCookie = cookie.read;

export const setDeviceCookie = (response: ServerResponse, mark: string): void =>
  cookie.set(response, mark, DEVICE_LIFETIME_MS);
