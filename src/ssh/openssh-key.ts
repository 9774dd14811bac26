import { randomBytes } from 'node:crypto';

import { encode, uint32, WireReader } from './wire';

/** openssh-key-v1, the format of private keys that PROTOCOL.key of OpenSSH describes. */
const MAGIC = 'openssh-key-v1\0';
const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';
const END = '-----END OPENSSH PRIVATE KEY-----';
/** The private part is padded to the cipher's block size, which for "none" is 8. */
const BLOCK = 8;
/** How many strings stand between a private key's type and its comment. */
const FIELDS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 2,
  'ssh-rsa': 6,
  'ssh-dss': 5,
  'ecdsa-sha2-nistp256': 3,
  'ecdsa-sha2-nistp384': 3,
  'ecdsa-sha2-nistp521': 3,
};

/** What such a file tells without a passphrase. @internal */
export interface OpensshKey {
  blob: Buffer;
  encrypted: boolean;
  /** Of an encrypted key nobody can tell. */
  comment?: string;
}

/** An ed25519 key, not encrypted. @internal */
export function formatEd25519(seed: Buffer, point: Buffer, comment: string): { text: string; blob: Buffer } {
  const type = 'ssh-ed25519';
  const blob = encode(type, point);
  // The same number twice: after decryption it tells whether the passphrase was right.
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, encode(type, point, Buffer.concat([seed, point]), comment)]);
  const padding = Buffer.from(Array.from({ length: (BLOCK - (secret.length % BLOCK)) % BLOCK }, (_, i) => i + 1));
  const bytes = Buffer.concat([
    Buffer.from(MAGIC),
    encode('none', 'none', ''),
    uint32(1),
    encode(blob, Buffer.concat([secret, padding])),
  ]);
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? [];
  return { text: [BEGIN, ...lines, END, ''].join('\n'), blob };
}

/** Undefined if the text is not of this format, or damaged. @internal */
export function parseOpensshKey(text: string): OpensshKey | undefined {
  const [, base64] = new RegExp(`^${BEGIN}\\s([A-Za-z0-9+/=\\s]+)${END}\\s*$`).exec(text.trimStart()) ?? [];
  const bytes = Buffer.from(base64 ?? '', 'base64');
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) return undefined;
  const reader = new WireReader(bytes.subarray(MAGIC.length));
  const cipher = reader.string();
  reader.string(); // the name of what makes a key of a passphrase
  reader.string(); // and its options
  const count = reader.uint32();
  const blob = reader.string();
  const secret = reader.string();
  if (!cipher || count !== 1 || !blob || !secret) return undefined;
  if (cipher.toString('latin1') !== 'none') return { blob, encrypted: true };
  const comment = commentOf(new WireReader(secret));
  return comment === undefined ? { blob, encrypted: false } : { blob, encrypted: false, comment };
}

function commentOf(secret: WireReader): string | undefined {
  secret.uint32();
  secret.uint32();
  const fields = FIELDS[secret.string()?.toString('latin1') ?? ''];
  if (fields === undefined) return undefined;
  for (let i = 0; i < fields; i++) secret.string();
  return secret.string()?.toString('utf8');
}
