// Looks for what must not stand in a dump, in every spelling that a thief would try.

/** Characters of `data` in an alphabet of 2^bits, after `skip` bytes of anything: those that `data` alone decides. */
function spelled(data: Buffer, alphabet: string, bits: number, skip: number): string {
  let binary = '';
  for (const byte of Buffer.concat([Buffer.alloc(skip), data])) {
    binary += byte.toString(2).padStart(8, '0');
  }
  let text = '';
  for (let at = Math.ceil((skip * 8) / bits) * bits; at + bits <= binary.length; at += bits) {
    text += alphabet[Number.parseInt(binary.slice(at, at + bits), 2)];
  }
  return text;
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const BASE64 = `${UPPER}${UPPER.toLowerCase()}0123456789+/`;
const BASE32 = `${UPPER}234567`;

/** Raw, hex, base64, base64url and base32, wherever in a longer text it begins. */
export function spellings(secret: Buffer): readonly string[] {
  const hex = secret.toString('hex');
  const base64 = [0, 1, 2].map((skip) => spelled(secret, BASE64, 6, skip));
  const base32 = [0, 1, 2, 3, 4].map((skip) => spelled(secret, BASE32, 5, skip));
  return [
    secret.toString('latin1'),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((it) => it.replaceAll('+', '-').replaceAll('/', '_')),
    ...base32,
    ...base32.map((it) => it.toLowerCase()),
  ];
}

/** Names of the secrets that a dump shows. */
export function shown(
  dump: Buffer,
  secrets: Readonly<Record<string, readonly Buffer[]>>,
): string[] {
  const text = dump.toString('latin1');
  return Object.entries(secrets)
    .filter(([, forms]) => forms.some((it) => spellings(it).some((word) => text.includes(word))))
    .map(([name]) => name);
}
