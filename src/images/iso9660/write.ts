import { HvError } from '../../errors';
import { directoryRecord, rockRidge, type Extent } from './records';

const SECTOR = 2048;
/** The first one that is not left to boot loaders. */
const FIRST_DESCRIPTOR = 16;
/**
 * Empty ones at the end, as many as mkisofs has. Programs that look for file systems read the first 68 KiB of a disk, and some
 * (busybox) take one that has less for empty.
 */
const PADDING = 150;
/** What a record of 255 bytes has room for, beside its other fields. */
const LONGEST_NAME = 128;
/** Directories have it, so that everybody may look into them. */
const DIRECTORY_MODE = 0o040755;
const REGULAR_FILE = 0o100000;

export interface IsoFile {
  /** With slashes, from the root: `hvkit/authorized_keys`. */
  path: string;
  data: Buffer | string;
  /** 0644 where it is not said. */
  mode?: number;
}

interface Node {
  /** As it is to be seen, by Rock Ridge. */
  name: string;
  /** As plain ISO 9660 has it. */
  identifier: string;
  mode: number;
  parent: Node | undefined;
  children: Node[] | undefined;
  data: Buffer;
  extent: Extent;
}

/**
 * An ISO 9660 image with Rock Ridge, which keeps long names in lower case and modes. The same files give the same bytes: there
 * is no time in it but the beginning of 1970.
 */
export function writeIso({ label, files }: { label: string; files: readonly IsoFile[] }): Buffer {
  if (!/^[\w-]{1,32}$/.test(label)) throw invalid(`"${label}" cannot be the label of an ISO 9660 image`);
  const root = treeOf(files);
  const directories = byLevel(root);
  const table = pathTable(directories, 'LE').length;

  let sector = FIRST_DESCRIPTOR + 2;
  const place = (bytes: number) => {
    const at = sector;
    sector += Math.max(1, Math.ceil(bytes / SECTOR));
    return at;
  };
  const tables = { LE: place(table), BE: place(table), size: table };
  for (const directory of directories) {
    // No extent is known yet, but how long a record is depends on its name alone.
    const { length } = directoryData(directory);
    directory.extent = { sector: place(length), size: length };
  }
  const regular = directories.flatMap(({ children = [] }) => children.filter((node) => !node.children));
  for (const file of regular) file.extent = { sector: place(file.data.length), size: file.data.length };
  sector += PADDING;

  const image = Buffer.alloc(sector * SECTOR);
  volumeDescriptor(label, root, tables, sector).copy(image, FIRST_DESCRIPTOR * SECTOR);
  image.write('\xffCD001\x01', (FIRST_DESCRIPTOR + 1) * SECTOR, 'latin1');
  pathTable(directories, 'LE').copy(image, tables.LE * SECTOR);
  pathTable(directories, 'BE').copy(image, tables.BE * SECTOR);
  for (const directory of directories) directoryData(directory).copy(image, directory.extent.sector * SECTOR);
  for (const file of regular) file.data.copy(image, file.extent.sector * SECTOR);
  return image;
}

function treeOf(files: readonly IsoFile[]): Node {
  const root = newNode('', DIRECTORY_MODE, undefined);
  for (const { path, data, mode = 0o644 } of files) {
    const names = path.split('/');
    const last = names.pop() ?? '';
    const parent = names.reduce((node, name) => directoryIn(node, name, path), root);
    checkName(last, path);
    if (parent.children?.some(({ name }) => name === last)) throw invalid(`The image would have ${path} twice`);
    const node = newNode(last, REGULAR_FILE | (mode & 0o7777), parent);
    node.data = typeof data === 'string' ? Buffer.from(data) : data;
    parent.children?.push(node);
  }
  identify(root);
  return root;
}

function directoryIn(parent: Node, name: string, path: string): Node {
  checkName(name, path);
  const there = parent.children?.find((node) => node.name === name);
  if (there?.children) return there;
  if (there) throw invalid(`${path} lies below a file of the image`);
  const made = newNode(name, DIRECTORY_MODE, parent);
  parent.children?.push(made);
  return made;
}

function newNode(name: string, mode: number, parent: Node | undefined): Node {
  const children = mode === DIRECTORY_MODE ? [] : undefined;
  return { name, identifier: '', mode, parent, children, data: Buffer.alloc(0), extent: { sector: 0, size: 0 } };
}

function checkName(name: string, path: string): void {
  if (/^\.{0,2}$|\0/.test(name) || Buffer.byteLength(name) > LONGEST_NAME) {
    throw invalid(`An ISO 9660 image cannot hold a file called ${JSON.stringify(path)}`);
  }
}

/** Gives each node its plain name, of capitals, digits and underscores, and puts directories into the order of these. */
function identify({ children = [] }: Node): void {
  const taken = new Set<string>();
  for (const node of children.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const [, stem = '', extension = ''] = /^(.+?)(?:\.([^.]*))?$/.exec(node.name) ?? [];
    const plain = (text: string, room: number) =>
      text
        .toUpperCase()
        .replace(/[^A-Z0-9]/g, '_')
        .slice(0, room);
    for (let count = 0; node.identifier === ''; ++count) {
      const counted = `${plain(stem, 16)}${count === 0 ? '' : `_${count}`}`;
      const candidate = node.children ? counted : `${counted}.${plain(extension, 8)};1`;
      if (!taken.has(candidate)) node.identifier = candidate;
    }
    taken.add(node.identifier);
    if (node.children) identify(node);
  }
  children.sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
}

function byLevel(root: Node): Node[] {
  const found = [root];
  for (const directory of found) found.push(...(directory.children ?? []).filter((node) => node.children));
  return found;
}

function directoryData(directory: Node): Buffer {
  const { children = [], parent = directory } = directory;
  const links = (node: Node) => 2 + (node.children ?? []).filter((each) => each.children).length;
  const attributes = (node: Node) => rockRidge.attributes(node.mode, node.children ? links(node) : 1);
  const mark = directory.parent ? [] : [rockRidge.inUse];
  const records = [
    directoryRecord('\0', directory.extent, true, [...mark, attributes(directory)]),
    directoryRecord('\x01', parent.extent, true, [attributes(parent)]),
    ...children.map((node) =>
      directoryRecord(node.identifier, node.extent, node.children !== undefined, [
        attributes(node),
        rockRidge.name(node.name),
      ]),
    ),
  ];
  let used = 0;
  const pieces: Buffer[] = [];
  for (const record of records) {
    const room = SECTOR - (used % SECTOR);
    // A record does not go over the end of a sector.
    if (record.length > room) pieces.push(Buffer.alloc(room));
    used += record.length > room ? room + record.length : record.length;
    pieces.push(record);
  }
  pieces.push(Buffer.alloc((SECTOR - (used % SECTOR)) % SECTOR));
  return Buffer.concat(pieces);
}

function pathTable(directories: readonly Node[], order: 'LE' | 'BE'): Buffer {
  return Buffer.concat(
    directories.map(({ identifier, extent, parent }) => {
      const name = Buffer.from(parent ? identifier : '\0', 'latin1');
      const entry = Buffer.alloc(8 + name.length + (name.length % 2));
      const number = parent ? directories.indexOf(parent) + 1 : 1;
      entry.writeUInt8(name.length, 0);
      if (order === 'LE') entry.writeUInt32LE(extent.sector, 2);
      else entry.writeUInt32BE(extent.sector, 2);
      if (order === 'LE') entry.writeUInt16LE(number, 6);
      else entry.writeUInt16BE(number, 6);
      name.copy(entry, 8);
      return entry;
    }),
  );
}

function volumeDescriptor(
  label: string,
  root: Node,
  tables: { LE: number; BE: number; size: number },
  sectors: number,
): Buffer {
  const sector = Buffer.alloc(SECTOR);
  const text = (value: string, at: number, room: number) => sector.write(value.padEnd(room), at, room, 'latin1');
  const both16 = (value: number, at: number) => (sector.writeUInt16LE(value, at), sector.writeUInt16BE(value, at + 2));
  const both32 = (value: number, at: number) => (sector.writeUInt32LE(value, at), sector.writeUInt32BE(value, at + 4));

  sector.write('\x01CD001\x01', 0, 'latin1');
  text('LINUX', 8, 32);
  text(label, 40, 32);
  both32(sectors, 80);
  both16(1, 120);
  both16(1, 124);
  both16(SECTOR, 128);
  both32(tables.size, 132);
  sector.writeUInt32LE(tables.LE, 140);
  sector.writeUInt32BE(tables.BE, 148);
  directoryRecord('\0', root.extent, true, []).copy(sector, 156);
  // Names of the set, publisher, preparer, application and three files: none.
  text('', 190, 623);
  // Four points in time that are not said.
  for (const at of [813, 830, 847, 864]) sector.write('0'.repeat(16), at, 'latin1');
  sector.writeUInt8(1, 881);
  return sector;
}

function invalid(message: string): HvError {
  return new HvError({ code: 'ERR_INVALID_ARGUMENT', message });
}
