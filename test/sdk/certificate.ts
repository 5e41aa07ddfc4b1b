// A self-signed certificate for localhost, in DER by hand: node:crypto makes keys but no certificates.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

type Der = Buffer;

function tag(type: number, ...content: readonly (Der | string)[]): Der {
  const body = Buffer.concat(content.map((it) => Buffer.from(it as Buffer)));
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([type, ...size]), body]);
}

const sequence = (...parts: readonly Der[]) => tag(0x30, ...parts);
const bytes = (type: number, ...values: readonly number[]) => tag(type, Buffer.from(values));
const octets = (content: Der) => tag(0x04, content);
const yes = bytes(0x01, 0xff);

const oid = {
  commonName: bytes(0x06, 0x55, 0x04, 0x03),
  ecdsaWithSha256: bytes(0x06, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02),
  basicConstraints: bytes(0x06, 0x55, 0x1d, 0x13),
  subjectAltName: bytes(0x06, 0x55, 0x1d, 0x11),
};

/** X.509 UTCTime. */
const utcTime = (ms: number) =>
  tag(0x17, `${new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)}Z`);

/** For `DNS:localhost` and `IP:127.0.0.1`, an hour from now; it is its own authority. */
export function selfSigned(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid.ecdsaWithSha256);
  const name = sequence(tag(0x31, sequence(oid.commonName, tag(0x0c, 'localhost'))));
  const names = sequence(tag(0x82, 'localhost'), bytes(0x87, 127, 0, 0, 1));
  const extensions = sequence(
    sequence(oid.basicConstraints, yes, octets(sequence(yes))),
    sequence(oid.subjectAltName, octets(names)),
  );
  const now = Date.now();
  const toBeSigned = sequence(
    tag(0xa0, bytes(0x02, 2)),
    tag(0x02, Buffer.from([1]), randomBytes(8)),
    algorithm,
    name,
    sequence(utcTime(now - 3_600_000), utcTime(now + 3_600_000)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tag(0xa3, extensions),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const der = sequence(toBeSigned, algorithm, tag(0x03, Buffer.from([0]), signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
