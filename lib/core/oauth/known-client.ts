import type { Client } from '../../ports/index.js';
import type { Mfa } from '../mfa.js';
import { SESSION_CLIENT } from '../session/session-client.js';

const METHODS: readonly unknown[] = ['none', 'client_secret_post', 'client_secret_basic'];
const LISTS = ['webOrigins', 'redirectUris', 'logoutUris'] as const;

/**
 * Only an object with this id is the client. A text where a list belongs would let every part of it pass, so it lets
 * nothing pass (security.md R-010).
 *
 * @throws TypeError when the host answers something that is no client
 */
export function asClient(found: Client | null | undefined, id: string): Client | undefined {
  if (found?.id !== id) return undefined;
  if (!METHODS.includes(found.tokenEndpointAuthMethod) || !Array.isArray(found.grantTypes)) {
    throw new TypeError(
      `clients must answer { id, tokenEndpointAuthMethod: ${METHODS.join(' | ')}, grantTypes: [] } for "${id}"`,
    );
  }
  for (const name of LISTS) {
    const list: unknown = found[name] ?? [];
    if (Array.isArray(list) && list.every((it) => typeof it === 'string')) continue;
    throw new TypeError(`clients must answer a list of strings as ${name} of "${id}"`);
  }
  return found;
}

/** A client of the host; that of sessions is ours, whatever the host's list says. */
export const findClient = async (mfa: Mfa, id: string): Promise<Client | undefined> =>
  id === SESSION_CLIENT.id ? undefined : asClient(await mfa.clients.findById(id), id);
