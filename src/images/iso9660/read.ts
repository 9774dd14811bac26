import type { ByteSource } from '../source';
import { brokenIso } from './broken';
import { readVolumes, SECTOR, type Volume } from './descriptors';
import { isSelfOrParent, recordsOf, type PlainRecord } from './directory';
import { entryFrom, indexed, jolietName, named, plainName, type Directory, type IsoEntry } from './entry';
import type { Extent } from './records';
import { rockRidgeOf, skippedBytes, type Continuation } from './system-use';

export { isIso } from './descriptors';
export type { IsoEntry } from './entry';

const LARGEST_DIRECTORY = 32 * 2 ** 20;
/** Records, continuations and sectors of directories, of a whole image: a DVD full of packages has a tenth of it. */
const MOST_RECORDS = 300_000;
const MOST_LINKS = 40;
/** What is read into memory at once: configurations are far smaller. */
const LARGEST_TEXT = 2 ** 20;
const CHUNK = 2 ** 20;

/**
 * An ISO 9660 image: with Rock Ridge's names where it has them, with Joliet's where it has those, and else in small letters,
 * as Linux shows it. Nothing in it is believed that the file's own size belies, and no reading of it goes on for ever.
 */
export class IsoImage {
  readonly label: string;
  readonly root: IsoEntry;
  readonly #source: ByteSource;
  readonly #volume: Volume;
  /** Bytes to skip in each area of Rock Ridge; undefined: there is none. */
  readonly #skip: number | undefined;
  readonly #directories = new Map<number, Promise<Directory>>();
  #recordsLeft = MOST_RECORDS;

  private constructor(source: ByteSource, volume: Volume, label: string, skip: number | undefined) {
    this.#source = source;
    this.#volume = volume;
    this.#skip = skip;
    this.label = label;
    const { extent } = volume.root;
    this.root = { name: '', type: 'directory', mode: undefined, size: extent.size, extents: [extent] };
  }

  static async open(source: ByteSource): Promise<IsoImage> {
    const { primary, joliet } = await readVolumes(source);
    const plain = new IsoImage(source, primary, primary.label, undefined);
    const [self] = recordsOf(await plain.#directoryBytes(primary.root.extent));
    const skip = self && skippedBytes(self.systemUse);
    return skip === undefined && joliet
      ? new IsoImage(source, joliet, primary.label, undefined)
      : new IsoImage(source, primary, primary.label, skip);
  }

  /** What a path names, links followed; in any case of letters where nothing has it as given. */
  async find(path: string): Promise<IsoEntry | undefined> {
    const todo = path.split('/').toReversed();
    const trail = [this.root];
    let links = 0;
    while (todo.length > 0) {
      const name = todo.pop() ?? '';
      const here = trail.at(-1) ?? this.root;
      if (name === '' || name === '.') continue;
      if (name === '..') {
        if (trail.length > 1) trail.pop();
        continue;
      }
      if (here.type !== 'directory') return undefined;
      const entry = named(await this.#directory(here), name);
      if (!entry) return undefined;
      if (entry.type !== 'link') {
        trail.push(entry);
        continue;
      }
      if (++links > MOST_LINKS) throw brokenIso(`the links at ${path} lead round in a circle`);
      const target = entry.target ?? '';
      if (target.startsWith('/')) trail.length = 1;
      todo.push(...target.split('/').toReversed());
    }
    return trail.at(-1);
  }

  /** What a directory holds. */
  async list(directory: IsoEntry): Promise<readonly IsoEntry[]> {
    return (await this.#directory(directory)).entries;
  }

  #directory(directory: IsoEntry): Promise<Directory> {
    const [extent] = directory.extents;
    if (directory.type !== 'directory' || !extent) return Promise.resolve(indexed([]));
    const known = this.#directories.get(extent.sector) ?? this.#readDirectory(extent).then(indexed);
    this.#directories.set(extent.sector, known);
    return known;
  }

  /** Every file with its path, each directory once. */
  async *walk(): AsyncGenerator<{ path: string; entry: IsoEntry }> {
    const seen = new Set<number>();
    const todo = [{ path: '', entry: this.root }];
    for (let next = todo.shift(); next; next = todo.shift()) {
      const sector = next.entry.extents[0]?.sector ?? 0;
      if (seen.has(sector)) continue;
      seen.add(sector);
      for (const entry of await this.list(next.entry)) {
        const path = next.path === '' ? entry.name : `${next.path}/${entry.name}`;
        if (path.length > 4096) throw brokenIso('its directories lie one in the other without end');
        yield { path, entry };
        if (entry.type === 'directory') todo.push({ path, entry });
      }
    }
  }

  /** A small file, as bytes. */
  async read(file: IsoEntry): Promise<Buffer> {
    if (file.size > LARGEST_TEXT) throw brokenIso(`${file.name} is too large for what it should be`);
    const chunks: Buffer[] = [];
    for await (const chunk of this.stream(file)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** A file's bytes, one piece after the other. */
  async *stream(file: IsoEntry): AsyncGenerator<Buffer> {
    for (const { start, size } of this.#placesOf(file)) {
      for (let done = 0; done < size; done += CHUNK) {
        yield await this.#source.read(start + done, Math.min(CHUNK, size - done));
      }
    }
  }

  /** The head of a file, as far as its first extent goes. */
  headOf(file: IsoEntry): ByteSource {
    const [{ start, size } = { start: 0, size: 0 }] = this.#placesOf(file);
    return {
      size,
      read: (offset, length) => this.#source.read(start + offset, Math.max(0, Math.min(length, size - offset))),
    };
  }

  #placesOf(file: IsoEntry): { start: number; size: number }[] {
    if (file.unreadable !== undefined) throw brokenIso(`${file.name} ${file.unreadable}`);
    if (file.type !== 'file') throw brokenIso(`${file.name} is no file`);
    return file.extents.map(({ sector, size }) => {
      const start = sector * this.#volume.blockSize;
      if (start + size > this.#source.size) throw brokenIso(`${file.name} would lie behind its end`);
      return { start, size };
    });
  }

  async #directoryBytes({ sector, size }: Extent): Promise<Buffer> {
    const start = sector * this.#volume.blockSize;
    if (size > LARGEST_DIRECTORY || start + size > this.#source.size) {
      throw brokenIso('one of its directories would lie behind its end');
    }
    this.#count(Math.ceil(size / SECTOR));
    return this.#source.read(start, size);
  }

  async #readDirectory(extent: Extent): Promise<IsoEntry[]> {
    const entries: IsoEntry[] = [];
    let begun: IsoEntry | undefined;
    for (const record of recordsOf(await this.#directoryBytes(extent))) {
      this.#count();
      if (isSelfOrParent(record)) continue;
      const entry = await this.#entryOf(record);
      if (begun) {
        begun.extents = [...begun.extents, record.extent];
        begun.size += record.extent.size;
      } else if (entry) {
        entries.push(entry);
      }
      begun = record.goesOn ? (begun ?? entry) : undefined;
    }
    return entries;
  }

  #count(records = 1): void {
    this.#recordsLeft -= records;
    if (this.#recordsLeft < 0) throw brokenIso('it would have more files than any disc has room for');
  }

  async #entryOf(record: PlainRecord): Promise<IsoEntry | undefined> {
    if (this.#skip === undefined) {
      return entryFrom(record, this.#volume.joliet ? jolietName(record.identifier) : plainName(record.identifier));
    }
    const area = record.systemUse.subarray(this.#skip);
    const says = await rockRidgeOf(area, (where) => this.#readOn(where));
    if (says.moved) return undefined;
    const entry = entryFrom(record, says.name === '' ? plainName(record.identifier) : says.name, says);
    return says.movedTo === undefined ? entry : entry && (await this.#movedEntry(entry, says.movedTo));
  }

  async #readOn({ block, offset, size }: Continuation): Promise<Buffer> {
    this.#count();
    const start = block * this.#volume.blockSize + offset;
    if (start + size > this.#source.size) throw brokenIso('what it says of one of its files would lie behind its end');
    return this.#source.read(start, size);
  }

  /** A directory that lies elsewhere: how large it is stands in its own first record. */
  async #movedEntry(entry: IsoEntry, block: number): Promise<IsoEntry> {
    const [self] = recordsOf(await this.#directoryBytes({ sector: block, size: 256 }));
    if (!self?.isDirectory) throw brokenIso(`${entry.name} is not where it should be`);
    const extent = { sector: block, size: self.extent.size };
    return { ...entry, type: 'directory', size: extent.size, extents: [extent] };
  }
}
