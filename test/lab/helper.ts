import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import type { HelperPlace } from '../../src/drivers/xhyve/helper';
import { isErrno } from '../../src/files';
import { findProcess, watchProcess } from '../../src/native/hyperkit';

/** What was built, or what a sanitizer has of it. */
const PROGRAM = process.env['HVKIT_HELPER'] ?? join(__dirname, '..', '..', 'build', 'Release', 'hvkit-vmnet');
/** Users of nothing else. */
export const USER = 4711;
export const OTHER = 4712;

/** The helper, as launchd would run it: as root, for one user. */
export class Helper implements AsyncDisposable {
  readonly folder: string;
  readonly place: HelperPlace;
  readonly process: ChildProcess;

  private constructor(folder: string, place: HelperPlace, process: ChildProcess) {
    this.folder = folder;
    this.place = place;
    this.process = process;
  }

  static newFolder(): string {
    return mkdtempSync('/run/hvkit-helper-');
  }

  /** Where it is, below a folder. */
  static placeIn(folder: string): HelperPlace {
    return {
      program: join(folder, 'hvkit-vmnet'),
      socket: join(folder, 'socket'),
      state: join(folder, 'state'),
      daemon: join(folder, 'plist'),
      log: join(folder, 'log'),
    };
  }

  /** `leases` is the table of the DHCP server. */
  static async begin(
    leases: string,
    { folder = Helper.newFolder(), users = [USER] }: { folder?: string; users?: number[] } = {},
  ): Promise<Helper> {
    execFileSync('chmod', ['755', folder]);
    const place = Helper.placeIn(folder);
    execFileSync('install', ['-m', '755', PROGRAM, place.program]);
    // launchd's.
    writeFileSync(place.daemon, '');
    const listens = appears(folder, 'socket');
    const child = spawn(place.program, ['listen', place.socket, place.state, leases, ...users.map(String)], {
      stdio: 'inherit',
    });
    await Promise.race([listens, once(child, 'exit').then(() => Promise.reject(new Error('the helper ended')))]);
    // The socket has its name a moment before it listens.
    (await connected(place.socket, 'ECONNREFUSED')).destroy();
    return new Helper(folder, place, child);
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Those that serve a connection each. */
  get children(): number[] {
    const { stdout } = run('pgrep', '-f', `^${this.place.program} serve|^/proc/self/exe serve`);
    return stdout.split('\n').filter(Boolean).map(Number);
  }

  /** The same, where it is asked often. Until a process is that, the helper stands still with it. */
  get serving(): number[] {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').split(' ').filter(Boolean);
    return children.map(Number).filter(serves);
  }

  /** Resolves when it serves nobody. Their taps are gone then. */
  async idle(): Promise<void> {
    for (const pid of this.children) {
      const identity = await findProcess(pid);
      if (identity) await (await watchProcess(identity)).exit();
    }
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill(signal);
    await once(this.process, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true });
  }
}

/** hyperkit's end of its virtio-vpnkit, or anybody's who writes there what they like. */
export class Wire {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  readonly #closed: Promise<unknown>;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    // It is hung up on while it still writes.
    socket.on('error', () => undefined);
  }

  /** As this user. */
  static async to({ socket: path }: HelperPlace, user = USER): Promise<Wire> {
    // So many wait to be let in that the kernel takes no more just now.
    return as(user, async () => new Wire(await connected(path, 'EAGAIN')));
  }

  /** All that has come, at least so many bytes. */
  async said(bytes: number): Promise<Buffer> {
    while (this.#length < bytes) await Promise.race([once(this.socket, 'data'), this.#closed.then(ended)]);
    return Buffer.concat(this.#chunks);
  }

  /** All that came until it was hung up on. */
  async end(): Promise<Buffer> {
    await this.#closed;
    return Buffer.concat(this.#chunks);
  }

  /** As far as the frames. Returns the MAC. */
  async plug(uuid: string): Promise<Buffer> {
    this.socket.write(greeting());
    await this.said(49);
    this.socket.write(command(uuid));
    return (await this.said(49 + 258)).subarray(49 + 5, 49 + 11);
  }

  get #length(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, 0);
  }
}

/** Tried again for as long as it fails by this. */
async function connected(path: string, meanwhile: string): Promise<Socket> {
  for (;;) {
    const socket = createConnection(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (!isErrno(error, meanwhile)) throw error;
      await setImmediate();
    }
  }
}

/** One that ends just now serves nobody. */
function serves(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0serve\0');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return false;
    throw error;
  }
}

const ended = (): never => {
  throw new Error('it hung up');
};

export function greeting(): Buffer {
  const bytes = Buffer.alloc(49, '0');
  bytes.write('VMN3T');
  bytes.writeUInt32LE(22, 5);
  return bytes;
}

export function command(uuid: string): Buffer {
  const bytes = Buffer.alloc(41);
  bytes[0] = 1;
  bytes.write(uuid, 1);
  return bytes;
}

/** A frame behind its length. */
export function framed(frame: Buffer, length = frame.length): Buffer {
  const header = Buffer.alloc(2);
  header.writeUInt16LE(length);
  return Buffer.concat([header, frame]);
}

/** Calls as another user would. */
export async function as<T>(user: number, work: () => Promise<T>): Promise<T> {
  process.seteuid!(user);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

/** The taps that are ports of vmnet's bridge. */
export function taps(): string[] {
  const { stdout } = run('ip', '-o', 'link', 'show', 'master', 'bridge100');
  return [...stdout.matchAll(/^\d+: (\S+?):/gm)].map(([, name]) => name!);
}

function run(program: string, ...args: string[]): { stdout: string } {
  try {
    return { stdout: execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }) };
  } catch (error) {
    return { stdout: (error as { stdout: string }).stdout };
  }
}

export async function appears(folder: string, name: string): Promise<void> {
  const watcher = watch(folder);
  try {
    while (!existsSync(join(folder, name))) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}

/** What the kernel says of a process. */
export function statusOf(pid: number): Record<string, string> {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Object.fromEntries([...text.matchAll(/^(\w+):\s*(.*)$/gm)].map(([, key, value]) => [key!, value!] as const));
}
