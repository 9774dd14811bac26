/** What a copy needs to know of something. A link counts as what it leads to. @internal */
export interface Stat {
  kind: 'file' | 'folder' | 'other';
  mode: number;
  size: number;
}

/** A file that is read. @internal */
export interface Source {
  /** At most what the buffer takes; 0 at the end. */
  read(buffer: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/** A file that is written, under another name until it is whole. @internal */
export interface Sink {
  write(bytes: Buffer, position: number): Promise<void>;
  commit(mode: number): Promise<void>;
  discard(): Promise<void>;
}

/** One side of a copy: this host, or a machine. @internal */
export interface Side {
  /** For messages: `dev@127.0.0.1:/etc/hosts`. */
  describe(path: string): string;
  /** What to do where it does not let the user read or write; undefined: that is not what failed. */
  adviceOn(error: unknown, path: string, use: 'read' | 'write'): string | undefined;
  /** Without `~`. */
  expand(path: string): Promise<string>;
  /** Absolute, and without links. */
  resolve(path: string): Promise<string>;
  /** Undefined: there is nothing. */
  stat(path: string): Promise<Stat | undefined>;
  isLink(path: string): Promise<boolean>;
  /** As the other side says: not yet to be trusted. */
  list(folder: string): Promise<string[]>;
  openSource(path: string): Promise<Source>;
  openSink(path: string): Promise<Sink>;
  makeFolder(path: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  /** From now on everything fails, also what is under way. */
  giveUp(error: Error): void;
  close(): Promise<void>;
}

/** Of what node:fs tells of a file, or ssh2. @internal */
export function kindOf(found: { isDirectory(): boolean; isFile(): boolean }): Stat['kind'] {
  if (found.isDirectory()) return 'folder';
  return found.isFile() ? 'file' : 'other';
}

/** The permissions that are copied: never setuid and its like. @internal */
export const PERMISSIONS = 0o777;

/** A name beside the file's own, that no two copies share. @internal */
export function nameUntilWhole(path: string, random: string): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}.hvkit-${random}.part`;
}
