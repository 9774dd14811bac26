import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import type { KeyType } from '../engine-options';

const generate = promisify(generateKeyPair);

export async function makeKey(type: KeyType): Promise<KeyObject> {
  const { privateKey } =
    type === 'ecdsa'
      ? await generate('ec', { namedCurve: 'P-256' })
      : await generate('rsa', { modulusLength: type === 'rsa2048' ? 2048 : 4096 });
  return privateKey;
}

/** PKCS#8: Go, OpenSSL and Node read it, whatever the kind of key. */
export function keyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
