import { join } from 'node:path';

import type { Resource } from '../../resources/resource';
import { fileNames } from './names';
import { hasBase } from './parts';
import { BaseFolder } from './resources/base-folder';
import { BaseVolumes } from './resources/base-volumes';
import { DiskFile, SeedFile } from './resources/files';
import { PoolResource } from './resources/pool';
import { DiskVolume, SeedVolume } from './resources/volumes';
import type { Scene } from './scene';

/** What holds the machine's data. */
export function storageResources(scene: Scene): Resource[] {
  const { machine, plan } = scene;
  const { storage } = plan;
  const based = hasBase(scene);
  const seeded = machine.image.init !== 'none';
  const parents = machine.image.disk ? ['base'] : [];
  if (storage.kind === 'folder') {
    return [
      ...(based ? [new BaseFolder(scene, storage)] : []),
      new DiskFile(scene, join(storage.path, 'disk.qcow2'), parents),
      ...(seeded ? [new SeedFile(scene, join(storage.path, 'seed.iso'))] : []),
    ];
  }
  const { disk, seed } = fileNames(machine);
  return [
    new PoolResource(scene, storage),
    ...(based ? [new BaseVolumes(scene, storage)] : []),
    new DiskVolume(scene, storage, disk, ['pool', ...parents]),
    ...(seeded ? [new SeedVolume(scene, storage, seed)] : []),
  ];
}
