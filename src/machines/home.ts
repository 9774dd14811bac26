import { accessSync, constants, realpathSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

import type { Home } from '../drivers/driver';
import { HvError } from '../errors';
import { isErrno, isNoSpace, writeWhole } from '../files';
import { withLock } from './lock';

/** Not for machines: their locks bear their names, in which there is no such character. */
const LOCK = '@home';
const ID = /^[0-9a-f]{8}$/;

/** Where everything of ours lives, if nobody says otherwise. */
export function homePath(given: string | undefined, env: NodeJS.ProcessEnv): string {
  const named = [given, env['HVKIT_HOME'], env['MACHINE_STORAGE_PATH']].find(
    (path) => path !== undefined && path !== '',
  );
  return realPathOf(resolve(named ?? join(env['HOME'] ?? homedir(), '.hvkit')));
}

/**
 * A home may have several paths, by a link, or on macOS by `/tmp` and `/private/tmp`; its machines are told by one of them, which
 * stands among the arguments of their processes and in what is recorded of them. What is not there yet gets that of what is above it.
 */
function realPathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    // What cannot be reached says so where it is used.
    if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) throw error;
    const above = dirname(path);
    return above === path ? path : join(realPathOf(above), basename(path));
  }
}

/** A home: its folders, and the id that tells its things on a host from another home's. */
export class HomeFolder {
  readonly path: string;
  #identity: Promise<Home> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  get machines(): string {
    return join(this.path, 'machines');
  }
  get locks(): string {
    return join(this.path, 'locks');
  }
  /** Of a machine. It is never deleted. */
  lockFile(machine: string): string {
    return join(this.locks, machine);
  }
  get cache(): string {
    return join(this.path, 'cache');
  }
  get config(): string {
    return join(this.path, 'config.yaml');
  }

  /** Makes what is not there. A home that others may enter stays so: it may be a folder that has other uses. */
  async prepare(): Promise<void> {
    try {
      await mkdir(this.path, { recursive: true, mode: 0o700 });
      for (const folder of [this.machines, this.locks]) await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw this.unmade(error);
    }
  }

  unmade(error: unknown): HvError {
    return new HvError({
      code: isNoSpace(error) ? 'ERR_NO_SPACE' : 'ERR_HOME',
      message: `The home of hvkit, ${this.path}, cannot be made: ${this.#why(error as Error)}`,
      hint: 'HVKIT_HOME names another folder.',
      cause: error,
    });
  }

  /** Of folders on what is mounted read-only Node says that they are not there. */
  #why({ message }: Error): string {
    try {
      accessSync(this.path, constants.W_OK);
    } catch (error) {
      if (isErrno(error, 'EROFS', 'EACCES')) return (error as Error).message;
    }
    return message;
  }

  /** Chosen once, when something is made for the first time; then always the same. */
  identity(): Promise<Home> {
    this.#identity ??= this.#identify().catch((error: unknown) => {
      this.#identity = undefined;
      throw error;
    });
    return this.#identity;
  }

  /** For somebody who only looks. In a home without an id nothing was made yet: any other does as well. */
  async identityToLook(): Promise<Home> {
    const id = (await this.#readId()) ?? newId();
    return { path: this.path, id };
  }

  async #identify(): Promise<Home> {
    const known = await this.#readId();
    if (known !== undefined) return { path: this.path, id: known };
    await this.prepare();
    const lock = { path: join(this.locks, LOCK), description: `The home ${this.path}` };
    // Two processes that find none must not choose two.
    const id = await withLock(lock, async () => {
      const others = await this.#readId();
      if (others !== undefined) return others;
      const chosen = newId();
      await writeWhole(this.#idFile, `${JSON.stringify({ schema: 1, id: chosen })}\n`);
      return chosen;
    });
    return { path: this.path, id };
  }

  get #idFile(): string {
    return join(this.path, 'home.json');
  }

  async #readId(): Promise<string | undefined> {
    let text: string;
    try {
      text = await readFile(this.#idFile, 'utf8');
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw this.#unreadable((error as Error).message, error);
    }
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (error) {
      throw this.#unreadable('it is no JSON', error);
    }
    const { schema, id } = (content ?? {}) as { schema?: unknown; id?: unknown };
    if (schema !== 1) throw this.#unreadable(`its schema is ${JSON.stringify(schema)}, and this hvkit knows 1`);
    if (typeof id !== 'string' || !ID.test(id)) throw this.#unreadable('it holds no id');
    return id;
  }

  #unreadable(why: string, cause?: unknown): HvError {
    return new HvError({
      code: 'ERR_HOME',
      message: `${this.#idFile} cannot be read: ${why}`,
      hint: 'The id in it is part of the name of all that this home has made: restore the file. Nothing was changed.',
      cause,
    });
  }
}

function newId(): string {
  // Late: loading it takes as long as reading all machines' files.
  const { randomBytes } = require('node:crypto') as typeof import('node:crypto');
  return randomBytes(4).toString('hex');
}
