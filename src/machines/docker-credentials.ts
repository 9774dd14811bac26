import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { DriverMachine } from '../drivers/driver';
import type { Authority } from '../docker/certificates/authority';
import type { KeyType } from '../docker/engine-options';
import { textOf, writeWhole } from '../files';
import type { Properties, Resource } from '../resources/resource';
import type { DockerHome } from './docker-home';

export const CREDENTIALS = 'docker-certificates';

const CLIENT = { ca: 'ca.pem', certificate: 'cert.pem', key: 'key.pem' };
const SERVER = { certificate: 'server.pem', key: 'server-key.pem' };
/** A certificate that ends sooner is made anew whenever there is an occasion. */
const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

/** What a docker client is given as DOCKER_CERT_PATH: in the machine's folder, as docker-machine has it. */
export class DockerCredentials implements Resource {
  readonly id = CREDENTIALS;
  readonly kind = 'Docker certificates';
  readonly parents = [];
  readonly #folder: string;
  readonly #home: DockerHome;
  readonly #keyType: KeyType;

  constructor(home: DockerHome, { folder, spec }: Pick<DriverMachine, 'folder' | 'spec'>) {
    this.#home = home;
    this.#folder = folder;
    this.#keyType = spec.docker?.keyType ?? 'ecdsa';
  }

  async create(): Promise<Properties> {
    const authority = await this.#home.authority(this.#keyType);
    const { ca, certificate, key } = await authority.client();
    // The key at last: with it the files are of use.
    await writeWhole(join(this.#folder, CLIENT.ca), ca, { mode: 0o644 });
    await writeWhole(join(this.#folder, CLIENT.certificate), certificate, { mode: 0o644 });
    await writeWhole(join(this.#folder, CLIENT.key), key);
    return digests(ca, certificate);
  }

  async read(): Promise<Properties | undefined> {
    const [ca, certificate, key] = await Promise.all(
      [CLIENT.ca, CLIENT.certificate, CLIENT.key].map((name) => textOf(join(this.#folder, name))),
    );
    return ca === undefined || certificate === undefined || key === undefined ? undefined : digests(ca, certificate);
  }

  update(): Promise<Properties> {
    return this.create();
  }

  async delete(): Promise<void> {
    for (const name of [...Object.values(CLIENT), ...Object.values(SERVER)]) {
      await rm(join(this.#folder, name), { force: true });
    }
  }
}

function digests(ca: string, certificate: string): { ca: string; certificate: string } {
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  return { ca: digest(ca), certificate: digest(certificate) };
}

/** Where a machine's own certificate lies. */
export function serverFile(folder: string): string {
  return join(folder, SERVER.certificate);
}

export interface ServerWanted {
  /** By which clients reach it. */
  names: readonly string[];
  addresses: readonly string[];
  keyType: KeyType;
  /** Also in the place of one that is good. */
  anew?: true;
}

export interface ServerFiles {
  ca: string;
  certificate: string;
  key: string;
}

/** A machine's own certificate: the one that is there if it is good for what is wanted, else a new one. */
export async function serverCertificate(
  authority: Authority,
  folder: string,
  wanted: ServerWanted,
): Promise<ServerFiles> {
  const present = wanted.anew ? undefined : await presentServer(authority, folder, wanted);
  if (present) return present;
  const issued = await authority.issueServer(wanted);
  await writeWhole(join(folder, SERVER.key), issued.key);
  await writeWhole(join(folder, SERVER.certificate), issued.certificate, { mode: 0o644 });
  return issued;
}

async function presentServer(
  authority: Authority,
  folder: string,
  wanted: ServerWanted,
): Promise<ServerFiles | undefined> {
  const certificate = await textOf(serverFile(folder));
  const key = await textOf(join(folder, SERVER.key));
  if (certificate === undefined || key === undefined || !vouches(certificate, key, wanted)) return undefined;
  return (await authority.isCurrent(certificate)) ? { ca: await authority.ca(), certificate, key } : undefined;
}

function vouches(certificate: string, key: string, { names, addresses }: ServerWanted): boolean {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return false;
  } catch {
    // Damaged, or half of a pair that was being replaced: a new one takes its place.
    return false;
  }
  return endOf(parsed) > Date.now() + SOON_DAYS * DAY_MS && covers(parsed, names, addresses);
}

function covers(certificate: X509Certificate, names: readonly string[], addresses: readonly string[]): boolean {
  return (
    // A name with a wildcard vouches for itself as for one host of it.
    names.every((name) => certificate.checkHost(name.replace(/^\*\./, 'any.')) !== undefined) &&
    addresses.every((address) => certificate.checkIP(address) !== undefined)
  );
}

function endOf({ validTo }: X509Certificate): number {
  return new Date(validTo).getTime();
}

/** How long the certificate of a machine's Docker is good, if that is not long any more. */
export async function endingCertificate(folder: string, now = new Date()): Promise<Date | undefined> {
  const info = await serverInfo(folder);
  return info && info.validTo.getTime() < now.getTime() + SOON_DAYS * DAY_MS ? info.validTo : undefined;
}

/** What is known here of the certificate that a machine's Docker shows; undefined: it has none, or none that can be read. */
export async function serverInfo(
  folder: string,
): Promise<{ validTo: Date; covers(host: string): boolean } | undefined> {
  const text = await textOf(serverFile(folder));
  if (text === undefined) return undefined;
  const { isIP } = require('node:net') as typeof import('node:net');
  try {
    const certificate = new X509Certificate(text);
    return {
      validTo: new Date(endOf(certificate)),
      covers: (host) => (isIP(host) === 0 ? covers(certificate, [host], []) : covers(certificate, [], [host])),
    };
  } catch {
    // Whoever needs it makes a new one.
    return undefined;
  }
}
