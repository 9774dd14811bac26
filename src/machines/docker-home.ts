import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { HvError } from '../errors';
import { textOf, writeWhole } from '../files';
import type { Authority, AuthorityOptions } from '../docker/certificates/authority';
import type { KeyType } from '../docker/engine-options';
import type { Signer } from '../docker/certificates/signer';
import type { HomeFolder } from './home';
import { withLock } from './lock';
import type { Defaults } from './setting-keys';

/** Not for machines: their locks bear their names, in which there is no such character. */
const LOCK = '@certs';

/** In the order in which they are written. */
const NAMES = ['ca-key.pem', 'key.pem', 'cert.pem', 'ca.pem'] as const;
const PAIRS = [
  ['ca.pem', 'ca-key.pem'],
  ['cert.pem', 'key.pem'],
] as const;

/** Files that docker-machine's `--tls-*` name. */
export interface GivenCertificates {
  caCert?: string | undefined;
  caKey?: string | undefined;
  clientCert?: string | undefined;
  clientKey?: string | undefined;
}

/** What the Docker hosts of a home share: a CA, this host's client certificate, and what the settings say of making them. */
export class DockerHome {
  readonly #home: HomeFolder;
  readonly #defaults: () => Promise<Defaults>;
  readonly #given: GivenCertificates;

  constructor(home: HomeFolder, defaults: () => Promise<Defaults>, given: GivenCertificates = {}) {
    this.#home = home;
    this.#defaults = defaults;
    this.#given = given;
  }

  /** In docker-machine's place, with its names: ca.pem, ca-key.pem, cert.pem, key.pem. */
  get folder(): string {
    return join(this.#home.path, 'certs');
  }

  /** Makes what is not there. */
  async authority(keyType?: KeyType): Promise<Authority> {
    const { openAuthority } =
      require('../docker/certificates/authority') as typeof import('../docker/certificates/authority');
    await this.#takeGiven();
    return openAuthority(await this.#options(keyType));
  }

  /** Takes over those of docker-machine's where there are none here: its machines trust them. */
  async adopt(folder: string): Promise<void> {
    const theirs = new Map<string, string>();
    for (const name of NAMES) {
      const text = await textOf(join(folder, name));
      if (text !== undefined) theirs.set(name, text);
    }
    if (theirs.size === NAMES.length) await this.#fill(theirs, () => undefined);
  }

  /** `--tls-ca-cert` and its like. */
  async #takeGiven(): Promise<void> {
    const { caCert, caKey, clientCert, clientKey } = this.#given;
    const files = { 'ca-key.pem': caKey, 'key.pem': clientKey, 'cert.pem': clientCert, 'ca.pem': caCert };
    const theirs = new Map<string, string>();
    for (const [name, file] of Object.entries(files)) {
      if (file === undefined) continue;
      const text = await textOf(file);
      if (text === undefined) throw notTaken(`there is no file ${file}`);
      theirs.set(name, text);
    }
    for (const [one, other] of PAIRS) {
      if (theirs.has(one) !== theirs.has(other)) {
        throw notTaken(`${one} and ${other} belong together, and one was given`);
      }
    }
    if (theirs.size === 0) return;
    await this.#fill(theirs, (name) => {
      throw notTaken(`this home has another ${name} already, in ${this.folder}`);
    });
  }

  /** All of them, or none where there is one already; `onOther` is told of one that is not the same. */
  async #fill(theirs: ReadonlyMap<string, string>, onOther: (name: string) => void): Promise<void> {
    const { withLock: locked } = await this.#options();
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await locked(async () => {
      const ours = new Map<string, string>();
      for (const name of NAMES) {
        const text = await textOf(join(this.folder, name));
        if (text !== undefined) ours.set(name, text);
      }
      for (const [name, text] of theirs) {
        if (ours.has(name) && ours.get(name) !== text) onOther(name);
      }
      if (ours.size > 0) return;
      // The CA's own certificate at last: without it the others are of no use yet.
      for (const name of NAMES) {
        const text = theirs.get(name);
        if (text !== undefined) await writeWhole(join(this.folder, name), text);
      }
    });
  }

  /** A new CA, and a new client certificate. The old one stays trusted until no machine has a certificate of it. */
  async rotate(): Promise<void> {
    const { rotateAuthority } =
      require('../docker/certificates/authority') as typeof import('../docker/certificates/authority');
    await rotateAuthority(await this.#options());
  }

  /** Ends the trust in the CAs before the one that signs now, once none of these certificates is of them. */
  async retire(certificates: readonly string[]): Promise<void> {
    const authority = await this.authority();
    for (const certificate of certificates) if (!(await authority.isCurrent(certificate))) return;
    await authority.retire();
  }

  /** The users' own provisioners and hooks: files. */
  async modules(): Promise<readonly string[]> {
    return (await this.#defaults()).provisioners;
  }

  async #options(keyType?: KeyType): Promise<AuthorityOptions> {
    const { onCertificate } = await this.#defaults();
    return {
      folder: this.folder,
      withLock: (work) =>
        withLock({ path: join(this.#home.locks, LOCK), description: 'What the Docker hosts of this home share' }, work),
      ...(keyType && { keyType }),
      ...(onCertificate !== undefined && { signer: await signerOf(onCertificate) }),
    };
  }
}

/** A module that exports `onCertificate`, or any other program: a request on its input, certificates on its output. */
async function signerOf(path: string): Promise<Signer> {
  const { functionSigner, programSigner } =
    require('../docker/certificates/signer') as typeof import('../docker/certificates/signer');
  if (!/\.[cm]?js$/.test(path)) return programSigner({ file: path });
  const { onCertificate } = await contentOf(path);
  if (typeof onCertificate === 'function') return functionSigner({ file: path, sign: onCertificate as Signer });
  throw noSigner(path, 'it does not export a function onCertificate');
}

async function contentOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { exportsOf } = require('../import-module') as typeof import('../import-module');
    return await exportsOf(path);
  } catch (error) {
    throw noSigner(path, `it cannot be loaded: ${(error as Error).message}`, error);
  }
}

function noSigner(path: string, why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_SIGNER',
    message: `${path}, which is to sign certificates, is of no use: ${why}`,
    hint: 'docs/certificates.md has an example; hvkit settings get onCertificate',
    cause,
  });
}

function notTaken(why: string): HvError {
  return new HvError({
    code: 'ERR_DOCKER_CA',
    message: `The certificates that were given cannot be taken: ${why}`,
    hint: 'They are those of a whole home: HVKIT_HOME names another one.',
  });
}
