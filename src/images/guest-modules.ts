import { readFile } from 'node:fs/promises';

import type { BootImage } from './image';

/**
 * Whether the kernel of one of hvkit's own guests has a module: what hvkit asks for is in its initrd, as it is, also where the
 * root lies on a disk.
 */
export async function hasModule({ initrd }: BootImage, name: string): Promise<boolean> {
  return initrd !== undefined && (await readFile(initrd.path)).includes(`/${name}.ko`);
}
