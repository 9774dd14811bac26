import { readFile } from 'node:fs/promises';

import type { BootImage } from './image';

/** Whether the initrd of hvkit's own small guest has a module for its kernel: all that it needs is in there, as it is. */
export async function hasModule({ initrd }: BootImage, name: string): Promise<boolean> {
  return initrd !== undefined && (await readFile(initrd.path)).includes(`/${name}.ko`);
}
