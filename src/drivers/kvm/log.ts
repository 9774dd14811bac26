import { existsSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { sizeOf } from './files';
import type { PlannedStorage } from './plan';
import type { Scene } from './scene';

/** The file that keeps what the console prints; what it grew out of has `.0`, `.1`, ... behind. */
export function logPath({ plan: { storage }, machine }: Scene): string {
  return join(storage.path, storage.kind === 'pool' ? `console-${machine.name}.log` : 'console.log');
}

export async function removeLog(scene: Scene): Promise<void> {
  const { storage } = scene.plan;
  if (storage.kind === 'folder') await removeFiles(storage);
}

async function removeFiles({ path }: Extract<PlannedStorage, { kind: 'folder' }>): Promise<void> {
  if (!existsSync(path)) return;
  for (const name of await readdir(path)) {
    if (name.startsWith('console.log')) await rm(join(path, name), { force: true });
  }
}

const TAIL = 16 * 1024;

/** What the console printed last. */
export async function lastLines(scene: Scene, count: number): Promise<string[]> {
  const path = logPath(scene);
  const size = await sizeOf(path);
  if (size === undefined) return [];
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(Math.min(size, TAIL));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer
      .toString('utf8', 0, bytesRead)
      .split(/\r?\n/)
      .map((line) => line.trimEnd());
    return lines.filter((line) => line !== '').slice(-count);
  } finally {
    await file.close();
  }
}
