import { HvError } from '../errors';
import { formatChecksum, matches, parseChecksum, type Checksum } from './checksum';
import { ContentCache, keyOf, type CachedFile, type Transfer } from './cache';
import type { Arch, GuestInit } from './image';
import { withoutLogin } from './http/url';
import { Names, type NameRecord } from './names';
import type { ImageWork } from './work';

/** A file that stands under a name somewhere, and who logs in to it. */
export interface Source {
  /** In the cache, and for people. */
  name: string;
  arch: Arch;
  url: URL;
  checksum: Checksum;
  user?: string;
  init?: GuestInit;
}

export interface Pulled {
  record: NameRecord;
  file: CachedFile;
}

/** The images that come from elsewhere: by name what was pulled, by checksum the files. */
export class Pulls {
  readonly #names: Names;
  readonly #files: ContentCache;

  constructor(cache: string, transfer: Transfer) {
    this.#names = new Names(cache);
    this.#files = new ContentCache(cache, transfer);
  }

  /** What was pulled under this name, if it is still here; nobody is asked. */
  async find(name: string, arch: Arch, checksum?: Checksum): Promise<Pulled | undefined> {
    const record = await this.#names.find(name, arch);
    if (!record) return undefined;
    const own = parseChecksum(record.checksum);
    const file = await this.#files.find(own);
    if (!file || (checksum && !matches(checksum, file))) return undefined;
    await this.#files.touch(own);
    return { record, file };
  }

  /** Brings the file here, if it is not here yet, and gives it its name. */
  async pull({ url, checksum, ...named }: Source, work: ImageWork): Promise<Pulled> {
    const file = await this.#files.fetch({ name: shortName(named.name), url, checksum }, work);
    const record = { ...named, url: withoutLogin(url), checksum: formatChecksum(checksum), size: file.size };
    await this.#names.write(record);
    await this.#files.touch(checksum);
    await this.#files.tidy(await this.#kept());
    return { record, file };
  }

  all(): Promise<NameRecord[]> {
    return this.#names.all();
  }

  /** Forgets a name for all processors. Files go that no other name leads to. Whether there was anything is the answer. */
  async remove(name: string): Promise<boolean> {
    const records = (await this.#names.all()).filter((record) => record.name === name);
    for (const record of records) await this.#names.remove(record);
    const kept = await this.#kept();
    for (const { checksum } of records) {
      const own = parseChecksum(checksum);
      if (!kept.has(keyOf(own))) await this.#files.remove(own);
    }
    const begun = URL.canParse(name) && (await this.#files.removeParts(new URL(name)));
    return records.length > 0 || begun;
  }

  async #kept(): Promise<Set<string>> {
    return new Set((await this.#names.all()).map(({ checksum }) => keyOf(parseChecksum(checksum))));
  }
}

/** For a line of progress. */
function shortName(name: string): string {
  if (!URL.canParse(name)) return name;
  const { pathname, host } = new URL(name);
  return pathname.split('/').findLast((part) => part !== '') ?? host;
}

export function checksumMissing(url: URL): HvError {
  return new HvError({
    code: 'ERR_CHECKSUM_MISSING',
    message: `The image ${withoutLogin(url)} has to come with its checksum, or anybody on the way could change it`,
    hint: '--checksum sha256:... with the digits that its publisher shows, mostly in a file SHA256SUMS beside it',
  });
}
