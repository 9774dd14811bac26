import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { DriverContext, DriverMachine, Orphan } from '../driver';
import { claimsOf, unclaimed, type Claims } from './claims';
import { namesIn } from '../../files';
import { embedTarget, isRoot } from './choose';
import { prefixOf } from './names';
import { embedRoot } from './target';

interface Folder {
  kind: string;
  path: string;
  isClaimed: (claims: Claims) => boolean;
  lock?: string;
  isCache?: true;
}

/** Folders of this home that no machine needs: of images, and as root, of machines of an embedded libvirt. */
export async function orphanFolders(machines: readonly DriverMachine[], context: DriverContext): Promise<Orphan[]> {
  const root = embedRoot(embedTarget(context).uri) ?? '';
  const own = join(root, prefixOf(context.home));
  const folders: Folder[] = [
    ...(await namesIn(join(context.home.path, 'bases'))).map((name) => baseFolder(context.home.path, name)),
    ...(isRoot() ? await foldersOfRoot(own) : []),
    ...(existsSync(root) ? [rootFolder(root)] : []),
  ];
  const claims = await claimsOf(context.home, machines);
  return folders
    .filter((folder) => !folder.isClaimed(claims))
    .map(({ kind, path, isCache, ...folder }) => ({
      kind,
      name: `${kind} ${path}`,
      ...(isCache && { isCache }),
      delete: () =>
        unclaimed(context.home, { name: `${kind} ${path}`, ...folder }, () =>
          rm(path, { recursive: true, force: true }),
        ),
    }));
}

/** libvirt's own files, and what it found out about QEMU, which takes seconds. */
function rootFolder(path: string): Folder {
  return { kind: 'folder', path, isCache: true, isClaimed: (claims) => !claims.isEmpty };
}

async function foldersOfRoot(own: string): Promise<Folder[]> {
  const names = (await namesIn(own)).filter((name) => name !== 'bases');
  return [
    ...names.map((name) => ({
      kind: 'folder',
      path: join(own, name),
      isClaimed: (claims: Claims) => claims.someMay(({ stem }) => stem === name),
    })),
    ...(await namesIn(join(own, 'bases'))).map((name) => baseFolder(own, name)),
  ];
}

function baseFolder(folder: string, name: string): Folder {
  return {
    kind: 'base image',
    path: join(folder, 'bases', name),
    isClaimed: (claims) => claims.someMay(({ base }) => base === name),
    lock: name,
  };
}
