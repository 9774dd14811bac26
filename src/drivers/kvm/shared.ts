import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { isErrno } from '../../files';
import { lockFile } from '../../native/hyperkit';
import type { Home } from '../driver';
import { target } from './target-schema';

/** Of a machine's file, what tells which shared things it needs. */
const record = z.looseObject({
  driver: z.string(),
  uuid: z.string(),
  image: z.looseObject({ digest: z.string() }),
  plan: z.looseObject({ target, mac: z.string(), network: z.looseObject({ name: z.string().optional() }) }),
  resources: z.record(z.string(), z.unknown()),
});
type MachineRecord = z.output<typeof record>;

/**
 * The machines of this home, other than this one, whose file names a shared thing: also those that were begun and never
 * finished. A file that cannot be read counts: nobody knows what it needs.
 */
export async function recordedHolders(
  home: Home,
  self: string,
  id: string,
  isSame: (record: MachineRecord) => boolean,
): Promise<string[]> {
  const holders: string[] = [];
  for (const [name, text] of await machineFiles(home)) {
    if (name !== self && needs(text, id, isSame)) holders.push(name);
  }
  return holders;
}

/** The files of this home's machines, as text. */
export async function machineFiles(home: Home): Promise<[name: string, text: string][]> {
  const machines = join(home.path, 'machines');
  const names = (await ifThere(readdir(machines))) ?? [];
  const files: [string, string][] = [];
  for (const name of names) {
    const text = await ifThere(readFile(join(machines, name, 'machine.json'), 'utf8'));
    if (text !== undefined) files.push([name, text]);
  }
  return files;
}

/** Another process may be taking away its machine just now. */
async function ifThere<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function needs(text: string, id: string, isSame: (record: MachineRecord) => boolean): boolean {
  const machine = parseMachine(text);
  if (machine === 'of another driver') return false;
  return machine === undefined || (id in machine.resources && isSame(machine));
}

/** undefined: it is a machine's, or was, and cannot be read. */
export function parseMachine(text: string): MachineRecord | 'of another driver' | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = z.looseObject({ driver: z.string() }).safeParse(value);
  // Other drivers' plans have another shape.
  if (data && data.driver !== 'kvm') return 'of another driver';
  return record.safeParse(value).data;
}

/** One piece of work on a shared thing of this home at a time, over all processes. */
export async function oneAtATime<T>(
  home: Home,
  thing: string,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const folder = join(home.path, 'locks');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const description = `${thing}, which machines share,`;
  // No machine is called so: theirs lie in the same folder. Another process may be uploading an image, which is the longest
  // that there is.
  const lock = await lockFile(join(folder, `@kvm-${thing}`), { description, waitMs: 600_000, signal });
  try {
    return await work();
  } finally {
    lock.release();
  }
}
