import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { removeEmpty } from '../files';
import { ContentCache } from './cache';
import { OWN_NAMES } from './own-images';

/** What a cache has besides downloaded files; each is found out, or built, anew. */
const FOLDERS = ['names', 'digests', 'boot-iso', ...OWN_NAMES];

/**
 * Takes away what hvkit keeps in a cache. All else in its folder is somebody's own: docker-machine has its boot2docker.iso
 * there, where both share a home. Locks stay, as everywhere: whoever waits for one would hold another than who comes next.
 */
export async function clearCache(cache: string): Promise<void> {
  for (const name of FOLDERS) await rm(join(cache, name), { recursive: true, force: true });
  await new ContentCache(cache, { env: {} }).clear();
  await removeEmpty(cache);
}
