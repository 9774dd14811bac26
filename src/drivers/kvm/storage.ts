import { join } from 'node:path';

import type { Resource } from '../../resources/resource';
import { hasBase } from './parts';
import { BaseFolder } from './resources/base-folder';
import { DiskFile, SeedFile } from './resources/files';
import type { Scene } from './scene';

/** What holds the machine's data. */
export function storageResources(scene: Scene): Resource[] {
  const { machine, plan } = scene;
  const base = hasBase(scene) ? ['base'] : [];
  const seeded = machine.image.init !== 'none';
  const { storage } = plan;
  if (storage.kind === 'pool') return [];
  return [
    ...base.map(() => new BaseFolder(scene, storage)),
    new DiskFile(scene, join(storage.path, 'disk.qcow2'), machine.image.disk ? base : []),
    ...(seeded ? [new SeedFile(scene, join(storage.path, 'seed.iso'))] : []),
  ];
}
