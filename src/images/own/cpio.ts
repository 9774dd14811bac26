import type { Entry, Tree } from './tar';

const TYPES = { file: 0o100000, symlink: 0o120000, directory: 0o040000 } as const;
const TRAILER = 'TRAILER!!!';

/**
 * A tree as the kernel unpacks it (cpio, "newc"). The same tree gives the same bytes: names in the order of their bytes, no
 * times, everything root's, inodes counted. Folders that are only implied are written as well.
 */
export function writeCpio(tree: Tree): Buffer {
  const whole = withFolders(tree);
  const names = [...whole.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const parts = names.flatMap((name, index) => record(name, whole.get(name), index + 1));
  return Buffer.concat([...parts, ...record(TRAILER, undefined, 0)]);
}

/** With the folders that are only implied. */
export function withFolders(tree: Tree): Tree {
  const whole: Tree = new Map(tree);
  for (const name of tree.keys()) {
    const steps = name.split('/');
    for (let depth = 1; depth < steps.length; depth++) {
      const folder = steps.slice(0, depth).join('/');
      if (!whole.has(folder)) whole.set(folder, { type: 'directory', mode: 0o755 });
    }
  }
  return whole;
}

function record(name: string, entry: Entry | undefined, inode: number): Buffer[] {
  const data = contents(entry);
  const path = Buffer.from(`${name}\0`);
  const fields = [
    inode,
    entry === undefined ? 0 : TYPES[entry.type] | (entry.type === 'symlink' ? 0o777 : entry.mode),
    0, // uid
    0, // gid
    entry?.type === 'directory' ? 2 : 1,
    0, // mtime
    data.length,
    0, // device
    0,
    0,
    0,
    path.length,
    0, // checksum
  ];
  const header = Buffer.from(
    `070701${fields.map((field) => field.toString(16).toUpperCase().padStart(8, '0')).join('')}`,
  );
  return [header, path, pad(header.length + path.length), data, pad(data.length)];
}

function contents(entry: Entry | undefined): Buffer {
  if (entry?.type === 'file') return entry.data;
  return entry?.type === 'symlink' ? Buffer.from(entry.target) : Buffer.alloc(0);
}

function pad(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4);
}
