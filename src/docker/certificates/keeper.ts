import type { KeyObject, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { HvError } from '../../errors';
import type { KeyType } from '../engine-options';
import { keyText, makeKey } from './keys';
import { newCa, signBy } from './own-ca';
import { isUnsettled, settlePair, writeCertificate, writePair, type Pair } from './pair';
import { bundle } from './pem';
import { certificatesIn, misfit, missing, ownCa, readShelf, ROTATE, type AuthorityFiles, type Shelf } from './shelf';
import { askSigner, type Signed, type Wanted } from './sign';
import type { Signer } from './signer';
import { asError, isIssuedBy, isOutOfDate, problemOf, type Problem } from './verify';
import type { SigningCa } from './x509';

export interface Keeping {
  files: AuthorityFiles;
  withLock: <T>(work: () => Promise<T>) => Promise<T>;
  keyType: KeyType;
  signer: Signer | undefined;
  hostName: string | undefined;
  now: () => Date;
  /** How long certificates are good. */
  days: number;
}

/** Keeps the files of a CA and of its client in order. Whatever writes there holds the lock. */
export class Keeper {
  readonly #keeping: Keeping;

  constructor(keeping: Keeping) {
    this.#keeping = keeping;
  }

  shelf(): Promise<Shelf> {
    return readShelf(this.#keeping.files);
  }

  /** Makes what is missing, mends what a killed process left, and renews a client's certificate that has expired. */
  async settle(): Promise<void> {
    // Nobody waits for a lock to read what is there. What does not fit together may be on its way.
    if (await this.#isComplete()) return;
    await this.#locked(async () => {
      const shelf = await this.shelf();
      const { signer } = this.#keeping;
      if (signer === undefined) await this.#settleOwn(shelf);
      else await this.#settleSigned(shelf, signer);
    });
  }

  async rotate(): Promise<void> {
    const { files, signer, keyType } = this.#keeping;
    await this.#locked(async () => {
      const trusted = await certificatesIn(files.ca.certificate).catch((error: unknown) => {
        // A file that cannot be read vouches for nobody, and a new CA is what mends it.
        if (HvError.is(error)) return [];
        throw error;
      });
      if (signer === undefined) await this.#makeCa(trusted, await makeKey(keyType));
      else await this.#takeSigner(signer, trusted);
    });
  }

  async retire(): Promise<void> {
    await this.#locked(async () => {
      const { trusted, client } = await this.shelf();
      const kept = trusted.filter((each, index) => index === 0 || client.some((own) => isIssuedBy(own, each)));
      if (kept.length < trusted.length) await writeCertificate(this.#keeping.files.ca, bundle(kept));
    });
  }

  /** The CA with its key. */
  async signingCa(): Promise<SigningCa> {
    const found = ownCa(await this.shelf());
    if (found !== undefined) return found;
    // Somebody may be about to replace it: it fits once they are through.
    const shelf = await this.#locked(() => this.shelf());
    const settled = ownCa(shelf);
    if (settled !== undefined) return settled;
    const { ca } = this.#keeping.files;
    throw shelf.caKey === undefined ? missing(ca.key) : misfit(ca);
  }

  /** All who are trusted, as PEM, with these among them. */
  async trust(ca: readonly X509Certificate[]): Promise<string> {
    const { trusted } = await this.shelf();
    return knows(trusted, ca) ? bundle(trusted) : this.#locked(() => this.#remember(ca));
  }

  /** What a client's certificate is asked for with. */
  clientOf(key: KeyObject): Wanted {
    const { hostName, days, now } = this.#keeping;
    const commonName = `hvkit client${hostName === undefined ? '' : ` of ${hostName}`}`;
    return { purpose: 'client', commonName, names: [], addresses: [], days, key, now: now() };
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    const { files, withLock } = this.#keeping;
    for (const { certificate } of [files.ca, files.client]) {
      await mkdir(dirname(certificate), { recursive: true, mode: 0o700 });
    }
    return withLock(async () => {
      await settlePair(files.ca);
      await settlePair(files.client);
      return work();
    });
  }

  async #isComplete(): Promise<boolean> {
    const { ca, client } = this.#keeping.files;
    if ((await isUnsettled(ca)) || (await isUnsettled(client))) return false;
    try {
      const shelf = await this.shelf();
      const isOwn = ownCa(shelf) !== undefined;
      if (isOwn === (this.#keeping.signer !== undefined)) return false;
      return this.#clientProblem(shelf) === undefined && (!isOwn || isByFirst(shelf));
    } catch (error) {
      // Under the lock it is looked at again, and told.
      if (HvError.is(error)) return false;
      throw error;
    }
  }

  async #settleOwn(shelf: Shelf): Promise<void> {
    const { trusted, caKey } = shelf;
    const { files, keyType } = this.#keeping;
    const ca = ownCa(shelf);
    if (trusted.length === 0) await this.#makeCa([], caKey ?? (await makeKey(keyType)));
    else if (caKey !== undefined && ca === undefined) throw misfit(files.ca);
    // A CA without its key can sign nothing; but whoever has the client's certificate needs nothing signed.
    else if (this.#mustBeRenewed(shelf) || (ca !== undefined && !isByFirst(shelf))) await this.#renewClient(shelf, ca);
  }

  async #settleSigned(shelf: Shelf, signer: Signer): Promise<void> {
    if (shelf.trusted.length === 0 || ownCa(shelf) !== undefined) await this.#takeSigner(signer, shelf.trusted);
    else if (this.#mustBeRenewed(shelf)) await this.#renewClient(shelf, signer);
  }

  /** Whether there is none, or one that has only expired. What is wrong in another way is somebody's own, and is left to them. */
  #mustBeRenewed(shelf: Shelf): boolean {
    const { certificate, key } = this.#keeping.files.client;
    if (shelf.client.length === 0 || shelf.clientKey === undefined) return true;
    const problem = this.#clientProblem(shelf);
    if (problem === undefined || problem.code === 'ERR_CERTIFICATE_EXPIRED') return problem !== undefined;
    throw asError(problem, certificate, `Move it and ${key} away, or make a new CA: ${ROTATE}`);
  }

  async #renewClient(shelf: Shelf, by: SigningCa | Signer | undefined): Promise<void> {
    const { files, keyType } = this.#keeping;
    if (by === undefined) throw missing(files.ca.key);
    const key = shelf.clientKey ?? (await makeKey(keyType));
    const wanted = this.clientOf(key);
    const signed = typeof by === 'function' ? await askSigner(by, wanted) : signBy(by, wanted);
    await this.#remember(signed.ca);
    if (shelf.clientKey === undefined) await writePair(files.client, pairOf(key, signed));
    else await writeCertificate(files.client, bundle(signed.chain));
  }

  async #makeCa(before: readonly X509Certificate[], key: KeyObject): Promise<void> {
    const { files, keyType, hostName } = this.#keeping;
    const now = this.#keeping.now();
    const ca = newCa(key, now, hostName);
    const trusted = [ca.certificate, ...before.filter((each) => !isOutOfDate(each, now))];
    await writePair(files.ca, { certificate: bundle(trusted), key: keyText(key) });
    const clientKey = await makeKey(keyType);
    await writePair(files.client, pairOf(clientKey, signBy(ca, this.clientOf(clientKey))));
  }

  /** The signer's CA is trusted before its certificate is taken, and the old one goes on being. */
  async #takeSigner(signer: Signer, before: readonly X509Certificate[]): Promise<void> {
    const { files, keyType } = this.#keeping;
    const now = this.#keeping.now();
    const key = await makeKey(keyType);
    const signed = await askSigner(signer, this.clientOf(key));
    const kept = before.filter((each) => !isOutOfDate(each, now));
    await writeCertificate(files.ca, bundle([...signed.ca, ...kept]));
    await writePair(files.client, pairOf(key, signed));
  }

  async #remember(ca: readonly X509Certificate[]): Promise<string> {
    const { trusted } = await this.shelf();
    if (knows(trusted, ca)) return bundle(trusted);
    const all = bundle([...ca, ...trusted]);
    await writeCertificate(this.#keeping.files.ca, all);
    return all;
  }

  #clientProblem({ trusted, client, clientKey }: Shelf): Problem | undefined {
    if (clientKey === undefined) return { code: 'ERR_CERTIFICATE', why: 'its key is missing' };
    return problemOf(client, trusted, { purpose: 'client', key: clientKey, now: this.#keeping.now() });
  }
}

function pairOf(key: KeyObject, { chain }: Signed): Pair {
  return { key: keyText(key), certificate: bundle(chain) };
}

function knows(trusted: readonly X509Certificate[], ca: readonly X509Certificate[]): boolean {
  return ca.every((each) => trusted.some((other) => other.raw.equals(each.raw)));
}

/** Whether the client's certificate comes from the CA that signs now. */
function isByFirst({ trusted: [current], client }: Shelf): boolean {
  return current !== undefined && client.some((each) => isIssuedBy(each, current));
}
