import { randomBytes } from 'node:crypto';
import { chmod, type FileHandle, lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';

import { quote } from './quote';
import { kindOf, nameUntilWhole, type Side, type Sink, type Source, type Stat } from './side';

/** This host. @internal */
export class LocalSide implements Side {
  describe(path: string): string {
    return path;
  }

  adviceOn(error: unknown, path: string): string | undefined {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? `It is this host that says no: ls -ld ${quote(path)}` : undefined;
  }

  /** A shell has done so already. */
  expand(path: string): Promise<string> {
    return Promise.resolve(path === '' ? '.' : path);
  }

  resolve(path: string): Promise<string> {
    return realpath(path);
  }

  async stat(path: string): Promise<Stat | undefined> {
    const found = await ifThere(stat(path));
    return found && { kind: kindOf(found), mode: found.mode, size: found.size };
  }

  async isLink(path: string): Promise<boolean> {
    return (await ifThere(lstat(path)))?.isSymbolicLink() ?? false;
  }

  list(folder: string): Promise<string[]> {
    return readdir(folder);
  }

  async openSource(path: string): Promise<Source> {
    const handle = await open(path, 'r');
    return {
      read: async (buffer, position) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
      close: () => handle.close(),
    };
  }

  async openSink(path: string): Promise<Sink> {
    const temporary = nameUntilWhole(path, randomBytes(6).toString('hex'));
    return new LocalSink(await open(temporary, 'wx', 0o600), temporary, path);
  }

  async makeFolder(path: string): Promise<void> {
    await mkdir(path, 0o700);
  }

  async setMode(path: string, mode: number): Promise<void> {
    await chmod(path, mode);
  }

  giveUp(): void {
    // Nothing here waits for anybody else.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class LocalSink implements Sink {
  readonly #handle: FileHandle;
  readonly #temporary: string;
  readonly #path: string;

  constructor(handle: FileHandle, temporary: string, path: string) {
    this.#handle = handle;
    this.#temporary = temporary;
    this.#path = path;
  }

  async write(bytes: Buffer, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += (await this.#handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
    }
  }

  async commit(mode: number): Promise<void> {
    try {
      await this.#handle.chmod(mode);
      await this.#handle.close();
      await rename(this.#temporary, this.#path);
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#temporary, { force: true });
  }
}

async function ifThere(looked: Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await looked;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
