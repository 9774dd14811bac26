import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

import { HvError } from '../errors';
import { formatEd25519, parseOpensshKey } from './openssh-key';
import { fingerprint, formatPublicKey, keyOf, parsePublicKey, type PublicKey } from './public-key';
import { encode } from './wire';

/** A private key in a file, a user's own or one of hvkit's. */
export interface KeyFile {
  file: string;
  /** The line for authorized_keys, without its end. */
  publicKey: string;
  fingerprint: string;
  /**
   * The private key, as ssh2 reads it. Undefined if only an agent can sign with it: it is encrypted, or it lies in hardware,
   * or the file holds the public key alone.
   */
  privateKey: string | undefined;
}

const TYPES = /^(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp\d+|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;

/** ssh takes no key that others can read, so that is refused here as well; the rest of its formats are taken. */
export async function readKeyFile(file: string): Promise<KeyFile> {
  const text = await readPrivately(file);
  const { key, privateKey } = TYPES.test(text.split(' ', 1)[0] ?? '')
    ? { key: parsePublicKey(text), privateKey: undefined }
    : text.includes('-----BEGIN OPENSSH PRIVATE KEY-----')
      ? await readOpenssh(file, text)
      : await readPem(file, text);
  return { file, publicKey: formatPublicKey(key), fingerprint: fingerprint(key), privateKey };
}

interface Parsed {
  key: PublicKey;
  privateKey: string | undefined;
}

async function readPrivately(file: string): Promise<string> {
  try {
    const { mode, uid } = await stat(file);
    const text = await readFile(file, 'utf8');
    // Exactly as ssh has it: of a key of somebody else's it is their business.
    if ((mode & 0o077) !== 0 && uid === process.getuid?.() && text.includes('PRIVATE KEY')) {
      throw new HvError({
        code: 'ERR_SSH_KEY_FILE',
        message: `Others may read the private key ${file} (mode ${(mode & 0o777).toString(8).padStart(4, '0')}), so ssh does not take it`,
        hint: `chmod 600 '${file}'`,
      });
    }
    return text;
  } catch (error) {
    if (HvError.is(error)) throw error;
    throw new HvError({
      code: 'ERR_SSH_KEY_FILE',
      message: `The key ${file} cannot be read: ${(error as Error).message}`,
      hint: `ls -l '${file}'`,
      cause: error,
    });
  }
}

async function readOpenssh(file: string, text: string): Promise<Parsed> {
  const parsed = parseOpensshKey(text);
  const type = parsed && keyOf(parsed.blob).type;
  if (!type || !TYPES.test(type)) throw notAKey(file, 'it is damaged');
  const comment = parsed.comment ?? (await commentBeside(file, parsed.blob));
  const onlyByAgent = parsed.encrypted || type.startsWith('sk-');
  return { key: keyOf(parsed.blob, comment), privateKey: onlyByAgent ? undefined : text };
}

async function readPem(file: string, text: string): Promise<Parsed> {
  if (text.startsWith('PuTTY-User-Key-File')) {
    throw notAKey(file, "it is PuTTY's", `puttygen '${file}' -O private-openssh -o '${file}.openssh'`);
  }
  if (!text.includes('PRIVATE KEY-----')) throw notAKey(file, 'it has none of the forms that ssh knows');
  if (text.includes('ENCRYPTED')) {
    const key = await keyBeside(file);
    if (key) return { key, privateKey: undefined };
    throw notAKey(file, 'it is encrypted and has no .pub beside it', `ssh-keygen -y -f '${file}' > '${file}.pub'`);
  }
  const converted = convert(file, text);
  return { ...converted, key: { ...converted.key, comment: await commentBeside(file, converted.key.blob) } };
}

/** ssh2 reads only some of the forms that OpenSSL and ssh-keygen write. */
function convert(file: string, text: string): Parsed {
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch (error) {
    throw notAKey(file, (error as Error).message);
  }
  const jwk = key.export({ format: 'jwk' });
  const number = (value: string | undefined): Buffer => Buffer.from(value ?? '', 'base64url');
  const type: string = key.asymmetricKeyType ?? 'unknown';
  switch (type) {
    case 'ed25519': {
      const { text: privateKey, blob } = formatEd25519(number(jwk.d), number(jwk.x), '');
      return { key: keyOf(blob), privateKey };
    }
    case 'rsa': {
      const blob = encode('ssh-rsa', positive(number(jwk.e)), positive(number(jwk.n)));
      return { key: keyOf(blob), privateKey: key.export({ format: 'pem', type: 'pkcs1' }).toString() };
    }
    case 'ec': {
      const curve = `nistp${jwk.crv?.replace('P-', '') ?? ''}`;
      const blob = encode(
        `ecdsa-sha2-${curve}`,
        curve,
        Buffer.concat([Buffer.from([4]), number(jwk.x), number(jwk.y)]),
      );
      return { key: keyOf(blob), privateKey: key.export({ format: 'pem', type: 'sec1' }).toString() };
    }
    default:
      throw notAKey(file, `ssh has no keys of the type ${type}`);
  }
}

/** ssh's numbers have a sign. */
function positive(number: Buffer): Buffer {
  return (number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), number]) : number;
}

async function commentBeside(file: string, blob: Buffer): Promise<string> {
  const key = await keyBeside(file);
  return key?.blob.equals(blob) ? key.comment : '';
}

async function keyBeside(file: string): Promise<PublicKey | undefined> {
  let text: string;
  try {
    text = await readFile(`${file}.pub`, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return parsePublicKey(text);
}

function notAKey(file: string, why: string, hint = `ssh-keygen -y -f '${file}' tells what ssh thinks of it.`): HvError {
  return new HvError({
    code: 'ERR_SSH_KEY',
    message: `${file} cannot be used as a private key of ssh: ${why}`,
    hint,
  });
}
