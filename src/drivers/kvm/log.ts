import { accessSync, constants } from 'node:fs';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { namesIn } from '../../files';
import { isRoot } from './choose';
import { FileLog, VolumeLog, type LogSource } from './log-source';
import { fileNames } from './names';
import { refreshPool } from './pools';
import type { Scene } from './scene';
import { embedRoot, type Target } from './target';
import { ifThere } from './absent';

/** Behind the domain's name: QEMU's, and those of the helpers that serve its folders. */
const OWN_LOG = /^(?:-fs\d+-virtiofsd)?\.log(?:\.\d+)?$/;

/** The file that keeps what the console prints. What it has outgrown has `.0`, `.1`, ... behind. */
export function logPath({ plan: { storage }, machine }: Scene): string {
  return join(storage.path, storage.kind === 'pool' ? fileNames(machine).log : 'console.log');
}

/** What the console has printed; with `follow` also what it prints, until the signal. */
export async function logs(
  scene: Scene,
  { follow, signal }: { follow: boolean; signal: AbortSignal },
): Promise<Readable> {
  const source = await sourceOf(scene, signal);
  return source.stream(follow, signal);
}

export async function removeLog(scene: Scene, signal: AbortSignal): Promise<void> {
  const { storage, target, domain } = scene.plan;
  await removeOwnLog(target, domain);
  if (storage.kind === 'pool') {
    await removeVolumes(scene, storage.name, signal);
    return;
  }
  for (const name of await namesIn(storage.path)) {
    if (name.startsWith('console.log')) await rm(join(storage.path, name), { force: true });
  }
}

/** What libvirt itself wrote of the domain, which it never takes away; where this user may. */
export async function removeOwnLog(target: Target, domain: string): Promise<void> {
  const folder = libvirtLogs(target);
  if (folder === undefined) return;
  for (const name of await namesIn(folder)) {
    if (name.startsWith(domain) && OWN_LOG.test(name.slice(domain.length))) {
      await rm(join(folder, name), { force: true });
    }
  }
}

function libvirtLogs({ kind, uri, environment = {} }: Target): string | undefined {
  switch (kind) {
    case 'system':
      return isRoot() ? '/var/log/libvirt/qemu' : undefined;
    case 'session':
      return join(
        environment['XDG_CACHE_HOME'] ?? join(environment['HOME'] ?? homedir(), '.cache'),
        'libvirt/qemu/log',
      );
    case 'embed':
      return join(embedRoot(uri) ?? '', 'log/qemu');
    case 'remote':
      return undefined;
  }
}

async function removeVolumes(scene: Scene, poolName: string, signal: AbortSignal): Promise<void> {
  const pool = await ifThere((await scene.writer()).lookupStoragePoolByName(poolName));
  if (!pool || !(await pool.isActive())) return;
  await refreshPool(pool, signal);
  const { log } = fileNames(scene.machine);
  for (const volume of await pool.listAllVolumes()) if (volume.name.startsWith(log)) await volume.delete();
}

/** The file itself where this user may read it; otherwise through libvirt. */
async function sourceOf(scene: Scene, signal: AbortSignal): Promise<LogSource> {
  const path = logPath(scene);
  const { storage, target } = scene.plan;
  if (storage.kind === 'folder' || (target.kind === 'system' && canRead(path))) return new FileLog(path);
  const pool = await (await scene.writer()).lookupStoragePoolByName(storage.name);
  return new VolumeLog(async () => {
    await refreshPool(pool, signal);
    return ifThere(pool.lookupVolumeByName(fileNames(scene.machine).log));
  });
}

function canRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
