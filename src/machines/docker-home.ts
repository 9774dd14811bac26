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

/** What the Docker hosts of a home share: a CA, this host's client certificate, and what the settings say of making them. */
export class DockerHome {
  readonly #home: HomeFolder;
  readonly #defaults: () => Promise<Defaults>;

  constructor(home: HomeFolder, defaults: () => Promise<Defaults>) {
    this.#home = home;
    this.#defaults = defaults;
  }

  /** In docker-machine's place, with its names: ca.pem, ca-key.pem, cert.pem, key.pem. */
  get folder(): string {
    return join(this.#home.path, 'certs');
  }

  /** Makes what is not there. */
  async authority(keyType?: KeyType): Promise<Authority> {
    const { openAuthority } =
      require('../docker/certificates/authority') as typeof import('../docker/certificates/authority');
    return openAuthority(await this.#options(keyType));
  }

  /** Takes over those of docker-machine's where there are none here: its machines trust them. */
  async adopt(folder: string): Promise<void> {
    const { withLock: locked } = await this.#options();
    const names = ['ca-key.pem', 'key.pem', 'cert.pem', 'ca.pem'];
    const theirs = await Promise.all(names.map(async (name) => [name, await textOf(join(folder, name))] as const));
    if (theirs.some(([, text]) => text === undefined)) return;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await locked(async () => {
      const ours = await Promise.all(names.map((name) => textOf(join(this.folder, name))));
      if (ours.some((text) => text !== undefined)) return;
      // The CA's own certificate at last: without it they are of no use yet.
      for (const [name, text = ''] of theirs) await writeWhole(join(this.folder, name), text);
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
      ...(onCertificate !== undefined && { signer: signerOf(onCertificate) }),
    };
  }
}

/** A module that exports `onCertificate`, or any other program: a request on its input, certificates on its output. */
function signerOf(path: string): Signer {
  if (!/\.[cm]?js$/.test(path)) {
    const { programSigner } =
      require('../docker/certificates/signer') as typeof import('../docker/certificates/signer');
    return programSigner({ file: path });
  }
  let content: unknown;
  try {
    content = require(path);
  } catch (error) {
    throw noSigner(path, `it cannot be loaded: ${(error as Error).message}`, error);
  }
  const { onCertificate } = (content ?? {}) as Record<string, unknown>;
  if (typeof onCertificate === 'function') return onCertificate as Signer;
  throw noSigner(path, 'it does not export a function onCertificate');
}

function noSigner(path: string, why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_SIGNER',
    message: `${path}, which is to sign certificates, is of no use: ${why}`,
    hint: 'docs/certificates.md has an example; hvkit settings get onCertificate',
    cause,
  });
}
