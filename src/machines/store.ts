import { readFile as readFileThen } from 'node:fs';
import { access, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { HvError } from '../errors';
import { isErrno, isNoSpace, syncFolder, unfinishedOf, writeWhole } from '../files';
import { isHostName } from '../net/host-name';
import { fits } from '../shape';
import type { HomeFolder } from './home';
import type { MachineRecord } from './machine-file';
import { machineFileShape } from './machine-shape';
import { migrate } from './migrations';

const FILE = 'machine.json';
/** The first thing in the folder of each machine but its file. */
const HOST_KEY = 'ssh_host_ed25519_key';
/** Of a thousand machines' files, reading them so takes half the time of that of node:fs/promises. */
const readFile = promisify(readFileThen);

/** The machines' files of one home. Who reads needs no lock; who writes holds the machine's. */
export class Store {
  readonly #home: HomeFolder;

  constructor(home: HomeFolder) {
    this.#home = home;
  }

  folder(name: string): string {
    return join(this.#home.machines, name);
  }

  file(name: string): string {
    return join(this.folder(name), FILE);
  }

  /** The names of those that there are, in natural order: `node2` before `node10`. Whether their files can be read is not asked. */
  async names(): Promise<string[]> {
    const { whole } = await this.#folders();
    return whole;
  }

  /** Folders without a machine's file: what a process left that was killed when it had just made one, or was about to delete it. */
  async leftovers(): Promise<string[]> {
    const { ours } = await this.#folders();
    return ours;
  }

  /** Whether under this name there is what hvkit did not make: in a home of docker-machine's own, one of its machines. */
  async isForeign(name: string): Promise<boolean> {
    const entries = await entriesOf(this.folder(name));
    return !entries.includes(FILE) && !isOurs(entries);
  }

  /** Whether its file can be read is not asked. */
  async has(name: string): Promise<boolean> {
    // What is no name is the name of no machine, and above all no path.
    if (!isHostName(name)) return false;
    try {
      await access(this.file(name));
      return true;
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
      throw refusedBy(this.file(name), error, this.#home);
    }
  }

  /** Undefined: there is no such machine. */
  async find(name: string): Promise<MachineRecord | undefined> {
    if (!isHostName(name)) return undefined;
    const path = this.file(name);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw refusedBy(path, error, this.#home);
    }
    return parseMachineFile(path, name, text);
  }

  async read(name: string): Promise<MachineRecord> {
    const record = await this.find(name);
    if (record) return record;
    throw noMachine(name);
  }

  async write(record: MachineRecord): Promise<void> {
    const path = this.file(record.name);
    const folder = this.folder(record.name);
    let isNew = false;
    try {
      isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
      if (isNew) await syncFolder(this.#home.machines);
      await writeWhole(path, `${JSON.stringify(record, undefined, 2)}\n`);
    } catch (error) {
      // Nothing was made. What cannot be taken back either, doctor finds.
      if (isNew) await rmdir(folder).catch(() => undefined);
      throw unwritable(path, error);
    }
  }

  /** The file goes as the last one: until then it is known that there is something to remove. */
  async delete(name: string): Promise<void> {
    const folder = this.folder(name);
    for (const each of await entriesOf(folder)) {
      if (each !== FILE) await rm(join(folder, each), { recursive: true, force: true });
    }
    await rm(join(folder, FILE), { force: true });
    try {
      await rmdir(folder);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
    await syncFolder(this.#home.machines);
  }

  /** What is neither is somebody else's, and left alone. */
  async #folders(): Promise<{ whole: string[]; ours: string[] }> {
    const { machines } = this.#home;
    const entries = await entriesOf(machines).catch((error: unknown) => {
      throw isErrno(error, 'EACCES', 'EPERM') ? closed(machines, error, this.#home) : error;
    });
    const names = entries.filter((name) => isHostName(name));
    const found = await Promise.all(
      names.map(async (name) => {
        const entries = await entriesIfFolder(this.folder(name)).catch((error: unknown) => {
          if (!isErrno(error, 'EACCES', 'EPERM')) throw error;
          // Of what is closed to this user the file is, which says so when it is read.
          return [FILE];
        });
        return { name, isWhole: entries?.includes(FILE) ?? false, isOurs: entries !== undefined && isOurs(entries) };
      }),
    );
    const { compare } = new Intl.Collator('en', { numeric: true });
    const namesOf = (chosen: typeof found) => chosen.map(({ name }) => name).sort(compare);
    return {
      whole: namesOf(found.filter(({ isWhole }) => isWhole)),
      ours: namesOf(found.filter((each) => !each.isWhole && each.isOurs)),
    };
  }
}

/** What a folder without a machine's file holds that is one of a machine of hvkit's all the same. */
function isOurs(entries: readonly string[]): boolean {
  return entries.includes(HOST_KEY) || entries.every((each) => each === unfinishedOf(FILE));
}

/** What stands in a file that says what the machine of this name is. */
export function parseMachineFile(path: string, name: string, text: string): MachineRecord {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, 'it is no JSON', error);
  }
  const current = migrate(content);
  if (typeof current === 'string') throw unreadable(path, current);
  const record = fits(machineFileShape, current) ? (current as unknown as MachineRecord) : parsed(path, current);
  if (record.name !== name) throw unreadable(path, `it is of a machine called "${record.name}"`);
  return record;
}

/** By the schema itself: for its defaults, and its words on what is wrong. */
function parsed(path: string, content: unknown): MachineRecord {
  const { machineFile } = require('./machine-schema') as typeof import('./machine-schema');
  const { success, data, error } = machineFile.safeParse(content);
  if (success) return data as MachineRecord;
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw unreadable(path, `${where}${issue?.message ?? ''}`, error);
}

export function noMachine(name: string): HvError {
  return new HvError({
    code: 'ERR_NO_MACHINE',
    message: `Docker machine "${name}" does not exist`,
    hint: '`hvkit ls` shows those that there are.',
  });
}

function unreadable(path: string, why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_MACHINE_FILE',
    message: `The machine's file ${path} cannot be used: ${why}`,
    hint: 'Nothing was changed. Restore the file; or move it away, and `hvkit repair` takes what is left of the machine.',
    cause,
  });
}

function refusedBy(path: string, error: unknown, home: HomeFolder): HvError {
  return isErrno(error, 'EACCES', 'EPERM')
    ? closed(path, error, home)
    : unreadable(path, (error as Error).message, error);
}

/** Mostly what root has made in a user's home, by sudo. */
function closed(path: string, cause: unknown, home: HomeFolder): HvError {
  return new HvError({
    code: 'ERR_MACHINE_FILE',
    message: `${path} is closed to this user`,
    hint: `If it is yours, and root has made it: sudo chown -R "$USER" '${home.path}'`,
    cause,
  });
}

function unwritable(path: string, error: unknown): HvError {
  const why = `The machine's file ${path} cannot be written: ${(error as Error).message}`;
  if (isNoSpace(error)) {
    const hint = `Make room: df -h '${dirname(path)}'`;
    return new HvError({ code: 'ERR_NO_SPACE', message: why, hint, cause: error });
  }
  const hint = 'Everything in the home of hvkit belongs to its user, and must be writable.';
  return new HvError({ code: 'ERR_HOME', message: why, hint, cause: error });
}

async function entriesOf(folder: string): Promise<string[]> {
  return (await entriesIfFolder(folder)) ?? [];
}

async function entriesIfFolder(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
