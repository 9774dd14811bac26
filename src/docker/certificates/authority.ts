import { hostname } from 'node:os';

import { HvError } from '../../errors';
import type { KeyType } from '../engine-options';
import { Keeper } from './keeper';
import { keyText, makeKey } from './keys';
import { serverNames } from './names';
import { signBy } from './own-ca';
import type { Pair } from './pair';
import { bundle, readCertificates } from './pem';
import { filesIn, missing, type AuthorityFiles } from './shelf';
import { askSigner } from './sign';
import type { Signer } from './signer';
import { isIssuedBy } from './verify';

export interface AuthorityOptions {
  /** Where the CA and the client's certificate lie, in docker-machine's names; made where it is not there. */
  folder: string;
  /** Files of a user's own, in other places. */
  files?: Partial<AuthorityFiles>;
  /** Runs what writes there, so that nobody else does at the same time. */
  withLock: <T>(work: () => Promise<T>) => Promise<T>;
  /** Of the keys that are made. */
  keyType?: KeyType;
  /** Signs in the place of our own CA. */
  signer?: Signer | undefined;
  now?: () => Date;
}

export interface ServerRequest {
  /** Names and addresses by which the server is reached; `localhost` and `127.0.0.1` are always among them. */
  names: readonly string[];
  addresses?: readonly string[];
  keyType?: KeyType;
  days?: number;
}

export interface ClientRequest {
  /** Who it is. */
  name: string;
  keyType?: KeyType;
  days?: number;
}

/** A certificate with its key, and the CAs that whoever talks to its owner has to trust: all as PEM. */
export interface Issued extends Pair {
  ca: string;
}

/** docker-machine's three years. */
const DAYS = 1080;

/** A CA and a client's certificate, which are made once. Whoever opens the folder first makes them; all others find them. */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const [authority, keeper] = made(options);
  await keeper.settle();
  return authority;
}

/** A new CA in the place of one that cannot be opened any more. The old ones stay trusted, as far as they can be read. */
export async function rotateAuthority(options: AuthorityOptions): Promise<Authority> {
  const [authority, keeper] = made(options);
  await keeper.rotate();
  return authority;
}

function made(options: AuthorityOptions): [Authority, Keeper] {
  const { folder, withLock, keyType = 'ecdsa', signer, now = () => new Date() } = options;
  const files = { ...filesIn(folder), ...options.files };
  const keeper = new Keeper({ files, withLock, keyType, signer, hostName: hostname(), now, days: DAYS });
  return [new Authority(keeper, { files, keyType, signer, now }), keeper];
}

interface Fixed {
  files: AuthorityFiles;
  keyType: KeyType;
  signer: Signer | undefined;
  now: () => Date;
}

export class Authority {
  readonly files: AuthorityFiles;
  readonly #keeper: Keeper;
  readonly #fixed: Fixed;

  /** @internal */
  constructor(keeper: Keeper, fixed: Fixed) {
    this.files = fixed.files;
    this.#keeper = keeper;
    this.#fixed = fixed;
  }

  /** For a machine: its server's key and certificate, and the CAs by which it knows its clients and they know it. */
  async issueServer({ names, addresses = [], keyType, days = DAYS }: ServerRequest): Promise<Issued> {
    const { signer, now } = this.#fixed;
    const asked = serverNames([...names, ...addresses]);
    const always = serverNames([...names, ...addresses, 'localhost', '127.0.0.1']);
    const key = await makeKey(keyType ?? this.#fixed.keyType);
    const commonName = asked.names[0] ?? asked.addresses[0] ?? 'localhost';
    const wanted = { purpose: 'server', commonName, key, days, now: now() } as const;
    // A company's CA may refuse to vouch for localhost: of that one only what was asked for is required.
    const signed =
      signer === undefined
        ? signBy(await this.#keeper.signingCa(), { ...wanted, ...always })
        : await askSigner(signer, { ...wanted, ...asked });
    return { key: keyText(key), certificate: bundle(signed.chain), ca: await this.#keeper.trust(signed.ca) };
  }

  /** For another client than this host. Its key comes from here and has to be brought there in secret. */
  async issueClient({ name, keyType, days = DAYS }: ClientRequest): Promise<Issued> {
    const { signer } = this.#fixed;
    const key = await makeKey(keyType ?? this.#fixed.keyType);
    const wanted = { ...this.#keeper.clientOf(key), commonName: name, days };
    const signed =
      signer === undefined ? signBy(await this.#keeper.signingCa(), wanted) : await askSigner(signer, wanted);
    return { key: keyText(key), certificate: bundle(signed.chain), ca: await this.#keeper.trust(signed.ca) };
  }

  /** This host's own certificate. */
  async client(): Promise<Issued> {
    const { trusted, client, clientKey } = await this.#keeper.shelf();
    if (client.length === 0 || clientKey === undefined) throw missing(this.files.client.certificate);
    return { key: keyText(clientKey), certificate: bundle(client), ca: bundle(trusted) };
  }

  /** The CAs that are trusted, as PEM: the one that signs now, and those before it. */
  async ca(): Promise<string> {
    return bundle((await this.#keeper.shelf()).trusted);
  }

  /**
   * Whether a certificate comes from the CA that signs now: after a rotation one of the old CA is to be made anew, and so is
   * one that cannot be read.
   */
  async isCurrent(pem: string): Promise<boolean> {
    const [current] = (await this.#keeper.shelf()).trusted;
    if (current === undefined) return false;
    try {
      return readCertificates(pem, 'The certificate').some((each) => isIssuedBy(each, current));
    } catch (error) {
      if (HvError.is(error)) return false;
      throw error;
    }
  }

  /**
   * A new CA and a new client's certificate. The old CA stays trusted, so machines go on being reached until they are given
   * certificates of the new one, and then retire() ends it.
   */
  rotate(): Promise<void> {
    return this.#keeper.rotate();
  }

  /** Trusts the CA that signs now alone: when no machine has a certificate of an older one any more. */
  retire(): Promise<void> {
    return this.#keeper.retire();
  }
}
