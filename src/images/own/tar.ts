/** A file, link or folder of an archive, by its path from the root: `usr/bin/sudo`. */
export type Entry =
  | { type: 'file'; mode: number; data: Buffer }
  | { type: 'symlink'; target: string }
  | { type: 'directory'; mode: number };

export type Tree = Map<string, Entry>;

const BLOCK = 512;

/** Where GNU tar puts a path or a link's target that is too long for its header. */
const LONG = { L: 'path', K: 'target' } as const;

interface Header {
  path: string;
  target: string;
  type: string;
  mode: number;
  size: number;
}

/**
 * Reads a tar archive as dpkg writes them, into `tree`: of its files those that are wanted. Hard links become files of their
 * own; devices and pipes, which packages do not ship, are left out.
 */
export async function readTar(
  source: AsyncIterable<Buffer>,
  wanted: (path: string) => boolean,
  tree: Tree,
): Promise<void> {
  const reader = new BlockReader(source);
  let long: { path?: string; target?: string } = {};
  for (;;) {
    const header = parseHeader(await reader.take(BLOCK));
    if (header === undefined) break;
    const { type, size, mode } = header;
    if (type === 'L' || type === 'K') {
      long[LONG[type]] = text(await reader.take(size));
      await reader.skip(padding(size));
      continue;
    }
    const path = (long.path ?? header.path).replace(/^\.?\/+/, '').replace(/\/+$/, '');
    const target = long.target ?? header.target;
    long = {};
    if (!wanted(path)) {
      await reader.skip(size + padding(size));
      continue;
    }
    if (type === '0' || type === '') tree.set(path, { type: 'file', mode, data: await reader.take(size) });
    else if (type === '2') tree.set(path, { type: 'symlink', target });
    else if (type === '5') tree.set(path, { type: 'directory', mode });
    else if (type === '1') {
      const linked = tree.get(target.replace(/^\.?\/+/, ''));
      if (linked) tree.set(path, linked);
    }
    await reader.skip(type === '0' || type === '' ? padding(size) : size + padding(size));
  }
  await reader.drain();
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** Undefined for the block of zeros that ends an archive. */
function parseHeader(block: Buffer): Header | undefined {
  if (block[0] === 0) return undefined;
  const octal = (start: number, length: number): number =>
    parseInt(text(block.subarray(start, start + length)), 8) || 0;
  const prefix = text(block.subarray(345, 500));
  const name = text(block.subarray(0, 100));
  // GNU's header has times where POSIX has a prefix.
  const posix = block.toString('latin1', 257, 263) === 'ustar\0';
  return {
    path: posix && prefix !== '' ? `${prefix}/${name}` : name,
    target: text(block.subarray(157, 257)),
    type: text(block.subarray(156, 157)),
    mode: octal(100, 8) & 0o7777,
    size: octal(124, 12),
  };
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

/** Exact numbers of bytes out of a stream of chunks. */
class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  async take(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    await this.#consume(size, (part) => parts.push(part));
    return parts.length === 1 && parts[0] ? Buffer.from(parts[0]) : Buffer.concat(parts);
  }

  async skip(size: number): Promise<void> {
    await this.#consume(size, () => undefined);
  }

  async drain(): Promise<void> {
    while (await this.#fill());
  }

  async #consume(size: number, use: (part: Buffer) => unknown): Promise<void> {
    let left = size;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#fill())) throw new RangeError('the archive ends too early');
      use(this.#rest.subarray(0, left));
      const used = Math.min(left, this.#rest.length);
      this.#rest = this.#rest.subarray(used);
      left -= used;
    }
  }

  async #fill(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#rest = next.value;
    return true;
  }
}
