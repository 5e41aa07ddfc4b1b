import type { ServerResponse } from 'node:http';
import type { Mfa } from '../core/mfa.js';
import { hostCookie } from './host-cookie.js';

const cookie = hostCookie('mfa_trusted', /[\w.-]{1,200}/);

/** What a trusted device sent, not checked yet. */
export const readTrustedCookie = cookie.read;

export const setTrustedCookie = ({ settings }: Mfa, response: ServerResponse, token: string) =>
  cookie.set(response, token, settings.trustedDevices ?? 0);
