import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ownProgram } from '../../src/native/program';

/** Of the messages whose replies are read here; a reply has the number that comes next. */
export const T = {
  statfs: 8,
  open: 12,
  create: 14,
  symlink: 16,
  mknod: 18,
  rename: 20,
  readlink: 22,
  getattr: 24,
  setattr: 26,
  xattrwalk: 30,
  readdir: 40,
  fsync: 50,
  lock: 52,
  getlock: 54,
  link: 70,
  mkdir: 72,
  renameat: 74,
  unlinkat: 76,
  version: 100,
  auth: 102,
  attach: 104,
  flush: 108,
  walk: 110,
  read: 116,
  write: 118,
  clunk: 120,
  remove: 122,
} as const;
const ERROR = 7;
export const NO_FID = 0xffffffff;
const NOBODY = 65534;

export const u8 = (value: number): Buffer => Buffer.from([value]);
export const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
export const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
export const text = (value: string): Buffer => Buffer.concat([u16(Buffer.byteLength(value)), Buffer.from(value)]);

export function message(type: number, parts: readonly Buffer[], { tag = 1 } = {}): Buffer {
  const body = Buffer.concat([u8(type), u16(tag), ...parts]);
  return Buffer.concat([u32(body.length + 4), body]);
}

/** What the server has refused, with Linux's errno. */
export class Refusal extends Error {
  constructor(readonly errno: number) {
    super(`errno ${errno}`);
  }
}

/** As little of a guest's kernel as asks for one thing after the other. */
export class Guest {
  readonly #socket: Socket;
  readonly #replies: AsyncIterator<Buffer>;

  constructor(path: string) {
    this.#socket = createConnection(path).on('error', () => undefined);
    this.#replies = replies(this.#socket);
  }

  /** Without what is in front of each reply. */
  async ask(type: number, ...parts: Buffer[]): Promise<Buffer> {
    const [reply] = await this.askAll([message(type, parts)]);
    if (reply === undefined) throw new Error('it hung up');
    if (reply[4] === ERROR) throw new Refusal(reply.readUInt32LE(7));
    if (reply[4] !== type + 1) throw new Error(`reply ${reply[4]} to ${type}`);
    return reply.subarray(7);
  }

  /** Whole replies to messages that go out together. Fewer: it hung up. */
  async askAll(messages: readonly Buffer[]): Promise<Buffer[]> {
    this.#socket.write(Buffer.concat(messages));
    const all: Buffer[] = [];
    while (all.length < messages.length) {
      const next = await this.#replies.next();
      if (next.done === true) break;
      all.push(next.value);
    }
    return all;
  }

  async begin(fid = 0): Promise<this> {
    await this.ask(T.version, u32(262144), text('9P2000.L'));
    await this.ask(T.attach, u32(fid), u32(NO_FID), text('root'), text(''), u32(0));
    return this;
  }

  walk(fid: number, newFid: number, ...names: string[]): Promise<Buffer> {
    return this.ask(T.walk, u32(fid), u32(newFid), u16(names.length), ...names.map(text));
  }

  async read(fid: number, offset: number | bigint, count: number): Promise<string> {
    return (await this.ask(T.read, u32(fid), u64(offset), u32(count))).toString('latin1', 4);
  }

  async write(fid: number, offset: number | bigint, bytes: string): Promise<number> {
    const reply = await this.ask(T.write, u32(fid), u64(offset), u32(bytes.length), Buffer.from(bytes, 'latin1'));
    return reply.readUInt32LE();
  }

  async attributes(fid: number) {
    const reply = await this.ask(T.getattr, u32(fid), u64(0x3fff));
    const number = (at: number): number => Number(reply.readBigUInt64LE(at));
    return {
      qid: reply.subarray(8, 21),
      mode: reply.readUInt32LE(21),
      owner: [reply.readUInt32LE(25), reply.readUInt32LE(29)],
      links: number(33),
      size: number(49),
      modified: number(89),
    };
  }

  set(fid: number, what: number, { mode = 0, size = 0, accessed = 0, modified = 0 } = {}): Promise<Buffer> {
    const times = [accessed, modified].flatMap((time) => [u64(time), u64(0)]);
    return this.ask(T.setattr, u32(fid), u32(what), u32(mode), u32(7), u32(7), u64(size), ...times);
  }

  /** Names and offsets, from an offset on, as many as so many bytes hold. */
  async list(fid: number, offset: number | bigint, count = 8192): Promise<{ name: string; offset: bigint }[]> {
    const reply = await this.ask(T.readdir, u32(fid), u64(offset), u32(count));
    const entries = [];
    for (let at = 4; at < reply.length;) {
      const length = reply.readUInt16LE(at + 22);
      entries.push({ name: reply.toString('utf8', at + 24, at + 24 + length), offset: reply.readBigUInt64LE(at + 13) });
      at += 24 + length;
    }
    return entries;
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function* replies(socket: Socket): AsyncGenerator<Buffer> {
  let heard: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of socket) {
      heard = heard.length === 0 ? (chunk as Buffer) : Buffer.concat([heard, chunk as Buffer]);
      while (heard.length >= 4 && heard.length >= heard.readUInt32LE()) {
        const size = heard.readUInt32LE();
        yield heard.subarray(0, size);
        heard = heard.subarray(size);
      }
    }
  } catch {
    // It was reset, which is an end too.
  }
}

/** hvkit-9p, and the folder that it serves: somebody's other than root's, who it is never. */
export class Shared {
  readonly place = mkdtempSync(join(tmpdir(), 'hvkit-9p-'));
  readonly folder = join(this.place, 'shared');
  readonly socket = join(this.place, 'socket');
  readonly #log = join(this.place, 'log');
  readonly #life = join(this.place, 'life');
  #held: number | undefined;

  constructor() {
    chmodSync(this.place, 0o755);
    mkdirSync(this.folder);
    this.give(this.folder);
  }

  /** To who serves it, where that is not who tests it. */
  give(path: string): string {
    if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
    return path;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async serve(...options: string[]): Promise<Guest> {
    const log = openSync(this.#log, 'a');
    try {
      await this.start(log, options);
    } finally {
      closeSync(log);
    }
    return new Guest(this.socket);
  }

  /** Until it listens. What it says goes on to where it is told to. */
  async start(stderr: number | 'pipe', options: readonly string[] = []): Promise<ChildProcess> {
    this.leave();
    rmSync(this.#life, { force: true });
    execFileSync('mkfifo', [this.#life]);
    this.#held = openSync(this.#life, 'r+');
    const life = openSync(this.#life, 'r');
    const child = spawn(program(), [...options, this.socket, this.folder], { stdio: [life, 'ignore', stderr] });
    closeSync(life);
    const [status] = (await once(child, 'exit')) as [number | null];
    if (status !== 0) throw new Error(`status ${status}: ${this.said()}`);
    return child;
  }

  said(): string {
    return readFileSync(this.#log, 'utf8');
  }

  /** Ends one that nobody has come to. */
  leave(): void {
    if (this.#held !== undefined) closeSync(this.#held);
    this.#held = undefined;
  }

  [Symbol.dispose](): void {
    this.leave();
    const said = existsSync(this.#log) ? this.said() : '';
    rmSync(this.place, { recursive: true, force: true });
    // A sanitizer's words, where it was built with one.
    if (/Sanitizer|runtime error/.test(said)) throw new Error(said);
  }
}

export function run(...words: string[]): { status: number | null; said: string } {
  const { status, stderr } = spawnSync(program(), words, { encoding: 'utf8', input: '' });
  return { status, said: stderr };
}

function program(): string {
  const found = process.env['HVKIT_9P'] ?? ownProgram('hvkit-9p');
  if (found === undefined) throw new Error('hvkit-9p is not built');
  return found;
}
