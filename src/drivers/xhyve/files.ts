import { join } from 'node:path';

/** What a machine has in its folder. */
export interface MachineFiles {
  disk: string;
  seed: string;
  kernel: string;
  initrd: string;
  bootrom: string;
  cdrom: string;
}

export function filesOf(folder: string, format: 'raw' | 'qcow2'): MachineFiles {
  const path = (name: string): string => join(folder, name);
  return {
    disk: path(format === 'raw' ? 'disk.raw' : 'disk.qcow2'),
    seed: path('seed.iso'),
    kernel: path('kernel'),
    initrd: path('initrd'),
    bootrom: path('bootrom'),
    cdrom: path('cdrom.iso'),
  };
}
