import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HvError } from '../../errors';
import { run } from '../own/run';

export interface Signed {
  bytes: Buffer;
  /** Undefined: the signature is within the bytes, which are then a clear-signed text. */
  signature: Buffer | undefined;
  /** The keys that are trusted, in a file: as gpg exports them, armored or not. */
  keyring: string;
  /** As people know it. */
  what: string;
}

/** The first that is there. */
export async function findKeyring(candidates: readonly string[]): Promise<string | undefined> {
  for (const path of candidates) {
    if (await isReadable(path)) return path;
  }
  return undefined;
}

async function isReadable(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    // One that is there and cannot be read must not be passed over: less would be checked than its owner believes.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw unverified(`The keys in ${path} cannot be read`, error);
  }
}

/** What was signed, once gpgv finds the signature good. Undefined: there is no gpgv. */
export async function verify(signed: Signed, signal?: AbortSignal): Promise<Buffer | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'hvkit-signature-'));
  try {
    return await verifyIn(folder, signed, signal);
  } catch (error) {
    if (signal?.aborted === true || codeOf(error) === 'ERR_SIGNATURE') throw error;
    if (codeOf(error) === 'ERR_PROGRAM_MISSING') return undefined;
    throw unverified(`The signature of ${signed.what} is not good`, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function verifyIn(folder: string, { bytes, signature, keyring }: Signed, signal?: AbortSignal): Promise<Buffer> {
  const [list, detached, keys, output] = ['list', 'signature', 'keys', 'output'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  await writeFile(list, bytes);
  await writeFile(keys, unarmored(await readFile(keyring)));
  const options = { cwd: folder, ...(signal && { signal }) };
  if (signature) {
    await writeFile(detached, signature);
    await run('gpgv', ['--quiet', '--keyring', keys, detached, list], options);
    return bytes;
  }
  await run('gpgv', ['--quiet', '--keyring', keys, '--output', output, list], options);
  // What gpgv itself took for signed: nothing around it is read.
  return await readFile(output);
}

/** gpgv reads keys as bytes; distributions give them as text as well, one block after the other. */
function unarmored(keys: Buffer): Buffer {
  const text = keys.toString('latin1');
  const blocks = [...text.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----([^]*?)-----END PGP PUBLIC KEY BLOCK-----/g)];
  if (blocks.length === 0) return keys;
  return Buffer.concat(
    blocks.map(([, block = '']) => {
      // Headers end with an empty line; the checksum behind `=` is a line of its own.
      const [, body = block] = /\r?\n[ \t]*\r?\n([^]*)/.exec(block) ?? [];
      return Buffer.from(body.replace(/^=.*$/m, ''), 'base64');
    }),
  );
}

function unverified(message: string, cause: unknown): HvError {
  return new HvError({
    code: 'ERR_SIGNATURE',
    message: cause instanceof Error ? `${message}: ${cause.message}` : message,
    hint: 'Do not use the image. Where the keys of this host are only too old, get newer ones from the distribution.',
    cause,
  });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
