import { HvError } from '../errors';
import type { SshClient } from './client';
import { CopyRun, type CopyOptions } from './copy-run';
import { LocalSide } from './local-side';
import { RemoteSide } from './remote-side';
import type { Side, Stat } from './side';

export type { CopyOptions } from './copy-run';

/**
 * A file of this host, or a folder, to a machine, as scp does it: into `remote` if that is a folder, else under that name.
 * Links are followed, permissions are kept, and no file is seen under its name before it is whole.
 */
export async function copyTo(
  client: SshClient,
  local: string,
  remote: string,
  options: CopyOptions = {},
): Promise<void> {
  await copying(options, new LocalSide(), await RemoteSide.open(client), local, remote);
}

/** The same from a machine. Whatever its server says, nothing is written outside of `local`. */
export async function copyFrom(
  client: SshClient,
  remote: string,
  local: string,
  options: CopyOptions = {},
): Promise<void> {
  await copying(options, await RemoteSide.open(client), new LocalSide(), remote, local);
}

/** From one machine to another, through this host: they need not reach each other, and nothing is stored in between. */
export async function copyBetween(
  from: { client: SshClient; path: string },
  to: { client: SshClient; path: string },
  options: CopyOptions = {},
): Promise<void> {
  const source = await RemoteSide.open(from.client);
  let target: RemoteSide;
  try {
    target = await RemoteSide.open(to.client);
  } catch (error) {
    await source.close();
    throw error;
  }
  await copying(options, source, target, from.path, to.path);
}

async function copying(options: CopyOptions, from: Side, to: Side, source: string, target: string): Promise<void> {
  const run = new CopyRun(from, to, options);
  try {
    await run.during(async () => {
      const start = await from.expand(source);
      const found = await run.tell(from, source, from.stat(start));
      if (!found) throw new HvError({ code: 'ERR_SSH_COPY', message: `There is no ${from.describe(source)}` });
      if (found.kind === 'folder' && options.recursive !== true) {
        throw new HvError({
          code: 'ERR_SSH_COPY',
          message: `${from.describe(source)} is a folder`,
          hint: 'With -r (recursive: true) folders are copied, and all that is in them.',
        });
      }
      const end = await run.tell(to, target, placeFor(to, await to.expand(target), { name: source, found }));
      if (found.kind === 'folder') await refuseInside(from, start, to, end);
      await run.copy(start, end);
    });
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

/** Into a folder that is there, else under the name that was given. */
async function placeFor(to: Side, target: string, { name, found }: { name: string; found: Stat }): Promise<string> {
  const there = await to.stat(target);
  if (there?.kind === 'folder') {
    const base = /([^/]*)\/*$/.exec(name)?.[1] ?? '';
    // What is in them, as with cp: `.` has no name of its own.
    return ['', '.', '..', '~'].includes(base) ? target : `${target.replace(/\/+$/, '')}/${base}`;
  }
  if (!there) {
    if (target.endsWith('/') && found.kind !== 'folder') throw new Error('there is no such folder');
    const without = target.replace(/(?<=[^/])\/+$/, '');
    const parent = without.includes('/') ? without.slice(0, without.lastIndexOf('/') + 1) : '.';
    if ((await to.stat(parent))?.kind !== 'folder') throw new Error(`there is no folder ${parent}`);
    return without;
  }
  // A link stays one, and what it leads to is replaced.
  return (await to.isLink(target)) ? await to.resolve(target) : target;
}

/** It would find itself in itself, without end. */
async function refuseInside(from: Side, source: string, to: Side, target: string): Promise<void> {
  if (from.describe('') !== to.describe('')) return;
  const parent = target.includes('/') ? target.slice(0, target.lastIndexOf('/') + 1) : '.';
  const [inner, outer] = await Promise.all([to.resolve(parent), from.resolve(source)]);
  if (!`${inner}/`.startsWith(`${outer}/`)) return;
  throw new HvError({
    code: 'ERR_SSH_COPY',
    message: `${from.describe(source)} cannot be copied into itself`,
  });
}
