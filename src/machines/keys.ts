import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { HvError } from '../errors';
import { textOf, writeWhole } from '../files';
import type { DriverMachine } from '../drivers/driver';
import type { Properties, Resource } from '../resources/resource';

/** The files in a machine's folder: drivers read them when they write the seed. */
const USER = 'id_ed25519';
const HOST = 'ssh_host_ed25519_key';

export const KEY = 'key';
export const HOST_KEY = 'host-key';

export interface KeyProperties extends Properties {
  /** Of the private key. */
  file: string;
  publicKey: string;
}

/** Who logs in with what, and what the guest is known by: there before anything of the driver's. */
export function keyResources({ name, folder, spec }: Pick<DriverMachine, 'name' | 'folder' | 'spec'>): Resource[] {
  const { sshKey } = spec;
  return [
    sshKey === undefined
      ? new KeyPairResource({ id: KEY, kind: 'ssh key', folder, file: USER, comment: `hvkit-${name}` })
      : new OwnKeyResource(folder, sshKey),
    new KeyPairResource({ id: HOST_KEY, kind: 'ssh host key', folder, file: HOST, comment: name }),
  ];
}

/** Refuses a key of the user's own that nobody could log in with, before an image is fetched for it. */
export async function checkOwnKey(file: string, agentSocket: string | undefined): Promise<void> {
  const { identityOf } = require('../ssh/identity') as typeof import('../ssh/identity');
  await identityOf('', file, agentSocket);
}

class KeyPairResource implements Resource<KeyProperties> {
  readonly id: string;
  readonly kind: string;
  readonly parents = [];
  readonly #folder: string;
  readonly #file: string;
  readonly #comment: string;

  constructor(of: { id: string; kind: string; folder: string; file: string; comment: string }) {
    this.id = of.id;
    this.kind = of.kind;
    this.#folder = of.folder;
    this.#file = of.file;
    this.#comment = of.comment;
  }

  async create(): Promise<KeyProperties> {
    const { writeKeyPair } = require('../ssh/keys') as typeof import('../ssh/keys');
    const { privateFile, publicKey } = await writeKeyPair(this.#folder, this.#file, this.#comment);
    return { file: privateFile, publicKey };
  }

  async read(): Promise<KeyProperties | undefined> {
    const file = join(this.#folder, this.#file);
    if ((await textOf(file)) === undefined) return undefined;
    const publicKey = await textOf(`${file}.pub`);
    return { file, publicKey: publicKey?.trim() ?? '' };
  }

  /** Of a key that is there the public half can be written again. Another key than the recorded one is another key. */
  update(): Promise<KeyProperties> {
    return this.create();
  }

  async delete(): Promise<void> {
    const file = join(this.#folder, this.#file);
    for (const path of [file, `${file}.pub`]) await rm(path, { force: true });
  }
}

/** The user's own: it stays where it is, and is never copied. The driver is shown its public half. */
class OwnKeyResource implements Resource<KeyProperties> {
  readonly id = KEY;
  readonly kind = 'ssh key';
  readonly parents = [];
  readonly #public: string;
  readonly #file: string;

  constructor(folder: string, file: string) {
    this.#public = join(folder, `${USER}.pub`);
    this.#file = file;
  }

  async create(): Promise<KeyProperties> {
    const { readKeyFile } = require('../ssh/key-file') as typeof import('../ssh/key-file');
    const { publicKey } = await readKeyFile(this.#file);
    await writeWhole(this.#public, `${publicKey}\n`);
    return { file: this.#file, publicKey };
  }

  async read(): Promise<KeyProperties | undefined> {
    const publicKey = await textOf(this.#public);
    return publicKey === undefined ? undefined : { file: this.#file, publicKey: publicKey.trim() };
  }

  async delete(): Promise<void> {
    await rm(this.#public, { force: true });
  }
}

/** What is recorded of a machine's keys. */
export function keyOf(machine: DriverMachine, id: typeof KEY | typeof HOST_KEY): KeyProperties {
  const recorded = machine.recorded(id);
  const { file, publicKey } = recorded ?? {};
  if (typeof file === 'string' && typeof publicKey === 'string') return { file, publicKey };
  throw new HvError({
    code: 'ERR_NO_KEY',
    message: `No ${id === KEY ? 'ssh key' : 'ssh host key'} is recorded of the machine "${machine.name}"`,
    hint: `hvkit repair ${machine.name}`,
  });
}
