import { generateKeyPairSync } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { HvError } from '../errors';
import { textOf, writeWhole } from '../files';
import { readKeyFile } from './key-file';
import { formatEd25519 } from './openssh-key';
import { fingerprint, formatPublicKey } from './public-key';

/** A new key pair, in memory: whoever stores the private one makes its file 0600. */
export interface KeyPair {
  /** The text of `id_ed25519`: OpenSSH's own format, not encrypted. */
  privateKey: string;
  /** The line of `id_ed25519.pub`, without its end. */
  publicKey: string;
  /** `SHA256:...`. */
  fingerprint: string;
}

/** Where a key pair was written, and what others may know of it. */
export interface WrittenKeyPair {
  privateFile: string;
  publicFile: string;
  publicKey: string;
  fingerprint: string;
}

/** An ed25519 key pair. The comment is public: ssh-keygen puts `user@host` there. */
export function generateKeyPair(comment: string): KeyPair {
  if (/[\0\r\n]/.test(comment)) {
    throw new HvError({
      code: 'ERR_INVALID_ARGUMENT',
      message: `A key's comment is one line, and this is not: ${JSON.stringify(comment)}`,
    });
  }
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const { text, blob } = formatEd25519(Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url'), comment);
  const key = { type: 'ssh-ed25519', blob, comment };
  return { privateKey: text, publicKey: formatPublicKey(key), fingerprint: fingerprint(key) };
}

/**
 * `<folder>/<name>` with mode 0600, and `<name>.pub` beside it. A private key that is there is kept, and a public one that
 * is missing or another's is made from it. Both files are whole at every instant, and after a power cut. One caller at a
 * time: whoever owns the folder holds its lock.
 */
export async function writeKeyPair(folder: string, name: string, comment: string): Promise<WrittenKeyPair> {
  const privateFile = join(folder, name);
  const publicFile = `${privateFile}.pub`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await textOf(privateFile)) === undefined) {
      await writeWhole(privateFile, generateKeyPair(comment).privateKey);
    }
    const { publicKey, fingerprint } = await readKeyFile(privateFile);
    if ((await textOf(publicFile))?.trim() !== publicKey) {
      await writeWhole(publicFile, `${publicKey}\n`, { mode: 0o644 });
    }
    return { privateFile, publicFile, publicKey, fingerprint };
  } catch (error) {
    if (HvError.is(error)) throw error;
    throw new HvError({
      code: 'ERR_SSH_KEY_FILE',
      message: `The key pair ${privateFile} could not be written: ${(error as Error).message}`,
      cause: error,
    });
  }
}
