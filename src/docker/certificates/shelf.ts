import type { KeyObject, X509Certificate } from 'node:crypto';
import { join } from 'node:path';

import { HvError } from '../../errors';
import { textOf } from '../../files';
import type { PairFiles } from './pair';
import { readCertificates, readKey } from './pem';
import { fits } from './verify';

/** Where the CA and the client's own certificate lie: docker-machine's names. */
export interface AuthorityFiles {
  /** ca.pem (who is trusted: the CA that signs now comes first) and ca-key.pem. */
  ca: PairFiles;
  /** cert.pem and key.pem. */
  client: PairFiles;
}

export function filesIn(folder: string): AuthorityFiles {
  return {
    ca: { certificate: join(folder, 'ca.pem'), key: join(folder, 'ca-key.pem') },
    client: { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') },
  };
}

/** What makes a new CA, and a new certificate of the client. */
export const ROTATE = 'hvkit regenerate-certs --client-certs';

/** What lies there. Of each pair one half may be missing. */
export interface Shelf {
  trusted: X509Certificate[];
  caKey?: KeyObject;
  /** With those that vouch for it. */
  client: X509Certificate[];
  clientKey?: KeyObject;
}

export async function readShelf({ ca, client }: AuthorityFiles): Promise<Shelf> {
  const [caKey, clientKey] = [await keyIn(ca.key), await keyIn(client.key)];
  return {
    trusted: await certificatesIn(ca.certificate),
    ...(caKey && { caKey }),
    client: await certificatesIn(client.certificate),
    ...(clientKey && { clientKey }),
  };
}

/** The CA that signs, where its key is at hand: hvkit's own, or one that a user has put there. */
export function ownCa({
  trusted: [current],
  caKey,
}: Shelf): { certificate: X509Certificate; key: KeyObject } | undefined {
  return current !== undefined && caKey !== undefined && fits(current, caKey)
    ? { certificate: current, key: caKey }
    : undefined;
}

export function misfit({ certificate, key }: PairFiles): HvError {
  return new HvError({
    code: 'ERR_DOCKER_CA',
    message: `The key ${key} does not belong to the certificate ${certificate}`,
    hint: `Bring back the one that does, or make a new CA: ${ROTATE}`,
  });
}

export function missing(file: string): HvError {
  return new HvError({
    code: 'ERR_DOCKER_CA',
    message: `${file} is not there, so no certificate can be issued`,
    hint: `Bring it back, or make a new CA: ${ROTATE}`,
  });
}

/** None where there is no such file. */
export async function certificatesIn(file: string): Promise<X509Certificate[]> {
  const text = await textOf(file);
  return text === undefined ? [] : readCertificates(text, file);
}

async function keyIn(file: string): Promise<KeyObject | undefined> {
  const text = await textOf(file);
  return text === undefined ? undefined : readKey(text, file);
}
