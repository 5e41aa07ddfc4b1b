import { createHash } from 'node:crypto';

/**
 * Sends one command to Redis.
 *
 * @param args - the name of the command, then what it is about
 * @param key - the key that it is about, for clients that find the node by it
 */
export type SendCommand = (args: string[], key: string) => Promise<unknown>;

/** A Lua script over one key. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

export interface Redis {
  /** One command about one key. */
  command(name: string, key: string, ...args: string[]): Promise<unknown>;
  /** One script over one key. */
  run(script: Script, key: string, ...args: string[]): Promise<unknown>;
}

/** A script, to be sent by its digest once Redis knows it. */
export const script = (source: string): Script => ({
  source,
  sha: createHash('sha1').update(source).digest('hex'),
});

/** Commands and scripts on a connection. Redis forgets scripts when it restarts, and is then told again. */
export function scripting(send: SendCommand): Redis {
  return {
    command: (name, key, ...args) => send([name, key, ...args], key),
    async run({ source, sha }, key, ...args) {
      try {
        return await send(['EVALSHA', sha, '1', key, ...args], key);
      } catch (error) {
        if (!String((error as Error | undefined)?.message).includes('NOSCRIPT')) throw error;
        return send(['EVAL', source, '1', key, ...args], key);
      }
    },
  };
}
