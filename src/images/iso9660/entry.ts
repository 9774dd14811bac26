import { ucs2 } from './descriptors';
import type { PlainRecord } from './directory';
import type { Extent } from './records';
import type { RockRidge } from './system-use';

const TYPE_MASK = 0o170000;
const [REGULAR, FOLDER, LINK] = [0o100000, 0o040000, 0o120000];

export interface IsoEntry {
  name: string;
  type: 'file' | 'directory' | 'link' | 'other';
  /** Permissions; undefined where there is no Rock Ridge to say so. */
  mode: number | undefined;
  size: number;
  /** Of a link. */
  target?: string;
  /** In blocks and bytes; only a very large file has several. */
  extents: readonly Extent[];
  /** Why its bytes cannot be read here. */
  unreadable?: string;
}

export function entryFrom(record: PlainRecord, name: string, says?: RockRidge): IsoEntry | undefined {
  // What could lead out of the directory, were it used as a path.
  const safe = name.replace(/[/\0]/g, '_');
  if (safe === '' || safe === '.' || safe === '..') return undefined;
  const { extent, isDirectory } = record;
  const entry: IsoEntry = {
    name: safe,
    type: isDirectory ? 'directory' : typeOf(says?.mode),
    mode: says?.mode === undefined ? undefined : says.mode & 0o7777,
    size: extent.size,
    extents: [extent],
  };
  if (entry.type === 'link') entry.target = says?.target ?? '';
  if (record.interleaved) entry.unreadable = 'is interleaved with another file, which nobody reads any more';
  if (says?.zisofs === true) entry.unreadable = 'is compressed by zisofs, which is not read here';
  return entry;
}

function typeOf(mode: number | undefined): IsoEntry['type'] {
  const type = mode === undefined ? REGULAR : mode & TYPE_MASK;
  if (type === LINK) return 'link';
  // That a directory is one, the record itself must say.
  return type === REGULAR || type === 0 || type === FOLDER ? 'file' : 'other';
}

export interface Directory {
  entries: readonly IsoEntry[];
  byName: ReadonlyMap<string, IsoEntry>;
  bySmallName: ReadonlyMap<string, IsoEntry>;
}

/** Of two with one name the first counts. */
export function indexed(entries: readonly IsoEntry[]): Directory {
  const backwards = entries.toReversed();
  return {
    entries,
    byName: new Map(backwards.map((entry) => [entry.name, entry])),
    bySmallName: new Map(backwards.map((entry) => [entry.name.toLowerCase(), entry])),
  };
}

export function named({ byName, bySmallName }: Directory, name: string): IsoEntry | undefined {
  return byName.get(name) ?? bySmallName.get(name.toLowerCase());
}

/** `ISOLINUX.CFG;1` as `isolinux.cfg`. */
export function plainName(identifier: Buffer): string {
  return withoutVersion(identifier.toString('latin1')).toLowerCase();
}

export function jolietName(identifier: Buffer): string {
  return withoutVersion(ucs2(identifier));
}

function withoutVersion(name: string): string {
  return name.replace(/;\d+$/, '').replace(/\.$/, '');
}
