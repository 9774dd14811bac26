import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { sizeOf, syncFolder, textOf, writeWhole } from '../../files';
import { readCertificate, readKey } from './pem';
import { fits } from './verify';

/** Where a certificate and its key lie. */
export interface PairFiles {
  certificate: string;
  key: string;
}

/** As PEM. */
export interface Pair {
  certificate: string;
  key: string;
}

const CERTIFICATE_MODE = 0o644;

/**
 * Writes both, under a lock. Two files cannot be replaced in one step: the new key waits beside the old one until the certificate
 * is there, which decides. What a killed process leaves is finished, or taken back, by settlePair().
 */
export async function writePair(files: PairFiles, { certificate, key }: Pair): Promise<void> {
  await writeWhole(waiting(files), key);
  await writeCertificate(files, certificate);
  await take(files);
}

export async function writeCertificate({ certificate }: Pick<PairFiles, 'certificate'>, text: string): Promise<void> {
  await writeWhole(certificate, text, { mode: CERTIFICATE_MODE });
}

/** Whether somebody is in the middle of writing it, or was killed there. */
export async function isUnsettled(files: PairFiles): Promise<boolean> {
  return (await sizeOf(waiting(files))) !== undefined;
}

/** After a process that was killed in writePair(). Under the same lock. */
export async function settlePair(files: PairFiles): Promise<void> {
  const key = await textOf(waiting(files));
  if (key === undefined) return;
  const certificate = await textOf(files.certificate);
  const isDecided =
    certificate !== undefined && fits(readCertificate(certificate, files.certificate), readKey(key, waiting(files)));
  if (isDecided) await take(files);
  else await rm(waiting(files), { force: true });
}

async function take(files: PairFiles): Promise<void> {
  await rename(waiting(files), files.key);
  await syncFolder(dirname(files.key));
}

function waiting({ key }: PairFiles): string {
  return `${key}.next`;
}
