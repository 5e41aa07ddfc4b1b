import { AssertionError } from 'node:assert';
import { type Store, type Stores, systemRandom } from '../../ports/index.js';
import { checkedStore } from './checked-store.js';

/** Two views of the same data: two connections or processes where there are such, else the same twice. */
export type MakeStores = () => Promise<readonly [Stores, Stores]>;

/** One promise of a store. */
export interface StoreCase {
  /** `commit(): …`: the method whose promise it is, and the promise. */
  readonly name: string;
  /** Rejects when the promise is broken; the message begins with the name. */
  run(makeStores: MakeStores): Promise<void>;
}

export type Method = keyof Store;
type Body = (a: Store, b: Store) => Promise<void>;

/** A case about one method, on the two views of a fresh issuer's store. */
export const on = (method: Method, name: string, body: Body): StoreCase =>
  among(method, name, async (one, two) => {
    const issuer = freshIssuer();
    await body(one(issuer), two(issuer));
  });

/** A case about one method that picks its issuers itself. */
export function among(
  method: Method,
  text: string,
  body: (one: Stores, two: Stores) => Promise<void>,
): StoreCase {
  const name = `${method}(): ${text}`;
  return {
    name,
    async run(makeStores) {
      const [one, two] = await makeStores();
      try {
        await body(checked(one), checked(two));
      } catch (error) {
        throw broken(name, error);
      }
    },
  };
}

const checked =
  (stores: Stores): Stores =>
  (issuer) =>
    checkedStore(stores(issuer));

/** What went wrong, under the name of the case; runners still show what was found and what was expected. */
function broken(name: string, error: unknown): Error {
  const message = `${name}\n${error instanceof Error ? error.message : String(error)}`;
  if (!(error instanceof AssertionError)) return new Error(message, { cause: error });
  const { actual, expected } = error;
  return Object.assign(new AssertionError({ message }), { actual, expected, cause: error });
}

const random = systemRandom();

export const freshIssuer = (): string => `https://${random.bytes(16).toString('hex')}.example/`;

/** Which of these transactions are stored. */
export async function stored(store: Store, ids: readonly string[]): Promise<string[]> {
  const found = await Promise.all(ids.map((transactionId) => store.load({ transactionId })));
  return ids.filter((_, at) => found[at]?.transaction !== undefined);
}

/** Fifty calls at once, in turn over both views. */
export const fifty = <R>(a: Store, b: Store, call: (store: Store, at: number) => Promise<R>) =>
  Promise.all(Array.from({ length: 50 }, (_, at) => call(at % 2 ? b : a, at)));

/** How many of them were granted. */
export const won = (results: readonly boolean[]): number => results.filter(Boolean).length;
