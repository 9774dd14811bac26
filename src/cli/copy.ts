import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import type { CopyOptions } from '../index';
import type { Context } from './context';

/** One side of a copy. */
export interface Place {
  /** Undefined: this host. */
  machine?: string;
  path: string;
}

/** `machine:path`; as with scp, a slash before the colon makes it a path of this host: `./a:b`. */
export function parsePlace(text: string): Place {
  const [, machine, path = ''] = /^([^/:]+):(.*)$/s.exec(text) ?? [];
  // No path: the home of the guest's user.
  return machine === undefined ? { path: text } : { machine, path: path === '' ? '.' : path };
}

export async function copy(context: Context, from: Place, to: Place, options: CopyOptions): Promise<void> {
  if (from.machine === undefined) await upload(context, from.path, to, options);
  else if (to.machine === undefined) {
    await (await context.hvkit.machine(from.machine)).copyFrom(from.path, to.path, options);
  } else await across(context, from, to, options);
}

async function upload(context: Context, local: string, { machine, path }: Place, options: CopyOptions): Promise<void> {
  if (machine === undefined) throw new TypeError('Nothing is copied from this host to itself');
  await (await context.hvkit.machine(machine)).copyTo(local, path, options);
}

/** The machines need not reach each other: what is copied passes through a folder of this host. */
async function across(context: Context, from: Place, to: Place, options: CopyOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hvkit-scp-'));
  try {
    const between = join(folder, basename(from.path) || 'root');
    await copy(context, from, { path: between }, options);
    await copy(context, { path: between }, to, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
