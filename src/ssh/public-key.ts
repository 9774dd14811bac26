import { createHash } from 'node:crypto';

import { HvError } from '../errors';
import { WireReader } from './wire';

/** A public key, as it stands in authorized_keys and known_hosts. */
export interface PublicKey {
  /** `ssh-ed25519`. */
  type: string;
  /** What the base64 of its line says. */
  blob: Buffer;
  comment: string;
}

/** Of `ssh-ed25519 AAAA... comment`. */
export function parsePublicKey(line: string): PublicKey {
  const [type = '', base64 = '', ...comment] = line.trim().split(/[ \t]+/);
  const blob = Buffer.from(base64, 'base64');
  if (/[\r\n]/.test(line.trim()) || new WireReader(blob).string()?.toString('latin1') !== type) {
    throw new HvError({
      code: 'ERR_SSH_KEY',
      message: `This is not a public key of ssh: ${JSON.stringify(line.slice(0, 60))}`,
      hint: 'Such a key is one line: its type, its base64, and a comment. ssh-keygen -y prints that of a private key.',
    });
  }
  return { type, blob, comment: comment.join(' ') };
}

/** Of what the base64 of a public key's line says. @internal */
export function keyOf(blob: Buffer, comment = ''): PublicKey {
  return { type: new WireReader(blob).string()?.toString('latin1') ?? '', blob, comment };
}

/** The line of `authorized_keys`, without its end. */
export function formatPublicKey({ type, blob, comment }: PublicKey): string {
  return `${type} ${blob.toString('base64')}${comment === '' ? '' : ` ${comment}`}`;
}

/** As `ssh-keygen -l` prints it: `SHA256:...`. */
export function fingerprint(key: string | PublicKey): string {
  const { blob } = typeof key === 'string' ? parsePublicKey(key) : key;
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}
