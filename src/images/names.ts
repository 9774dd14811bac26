import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { namesIn } from '../files';
import type { Arch, GuestInit } from './image';
import { readRecord, writeRecord } from './record';

/** What a name of the catalogue, or a URL, was when it was pulled. */
export interface NameRecord {
  name: string;
  arch: Arch;
  url: string;
  /** `sha512:...` */
  checksum: string;
  size: number;
  user?: string;
  init?: GuestInit;
}

/** Leads from the names of images to files in the cache: `names/*.json`. */
export class Names {
  readonly #folder: string;

  constructor(cache: string) {
    this.#folder = join(cache, 'names');
  }

  find(name: string, arch: Arch): Promise<NameRecord | undefined> {
    return readRecord(this.#path(name, arch), isNameRecord);
  }

  async all(): Promise<NameRecord[]> {
    const files = (await namesIn(this.#folder)).filter((file) => file.endsWith('.json'));
    const records = await Promise.all(files.map((file) => readRecord(join(this.#folder, file), isNameRecord)));
    return records.filter((record) => record !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  write(record: NameRecord): Promise<void> {
    return writeRecord(this.#path(record.name, record.arch), record);
  }

  async remove({ name, arch }: NameRecord): Promise<void> {
    await rm(this.#path(name, arch), { force: true });
  }

  #path(name: string, arch: Arch): string {
    const hash = createHash('sha256').update(`${name}\0${arch}`).digest('hex').slice(0, 32);
    return join(this.#folder, `${hash}.json`);
  }
}

function isNameRecord(value: Readonly<Record<string, unknown>>): value is Record<string, unknown> & NameRecord {
  const { name, arch, url, checksum, size, user, init } = value;
  return (
    typeof name === 'string' &&
    (arch === 'x86_64' || arch === 'aarch64') &&
    typeof url === 'string' &&
    URL.canParse(url) &&
    typeof checksum === 'string' &&
    /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(checksum) &&
    typeof size === 'number' &&
    (user === undefined || typeof user === 'string') &&
    (init === undefined || init === 'cloud-init' || init === 'micro' || init === 'none')
  );
}
