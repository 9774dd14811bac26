import { mkdir, rm, stat } from 'node:fs/promises';

import { HvError } from '../../errors';
import { isErrno, textOf, writeWhole } from '../../files';
import type { DriverMachine } from '../driver';
import type { RunFiles } from './run-files';

/** Whose a folder is: what is known of a machine when all else of it is gone. */
export interface Mark {
  name: string;
  mac: string;
}

const RETRIES = 5;

export async function makeFolder({ folder, mark }: RunFiles, { name, mac }: Mark): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeWhole(mark, `${JSON.stringify({ name, mac })}\n`);
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Undefined: nobody's, or it cannot be read. */
export async function markOf({ mark }: RunFiles): Promise<Mark | undefined> {
  const text = await textOf(mark);
  if (text === undefined) return undefined;
  const { name, mac } = parsed(text);
  return typeof name === 'string' && typeof mac === 'string' ? { name, mac } : undefined;
}

function parsed(text: string): Partial<Record<keyof Mark, unknown>> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<Record<keyof Mark, unknown>>;
  } catch {
    // A mark that is no JSON says as little as none.
    return {};
  }
}

/** Without it a machine was never made whole, or somebody took it away. */
export async function requireFolder({ name }: DriverMachine, { folder }: RunFiles): Promise<void> {
  if (await isThere(folder)) return;
  throw new HvError({
    code: 'ERR_XHYVE_GONE',
    message: `What the machine "${name}" needs to run is gone: there is no folder ${folder}`,
    hint: `hvkit repair ${name}`,
  });
}

export async function removeFolder({ folder }: RunFiles): Promise<void> {
  // A keeper that nobody knew of writes down there how its hyperkit ended, while this is under way.
  await rm(folder, { recursive: true, force: true, maxRetries: RETRIES });
}
