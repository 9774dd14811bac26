import { createHash } from 'node:crypto';

import { HvError } from '../errors';
import { asImageFile, kindOf } from './access';
import { parseChecksum, requireChecksum } from './checksum';
import { DigestNotes } from './digests';
import { readImageFolder, type ImageFolder } from './folder';
import { formatOf } from './format';
import type { Arch, BootImage, GuestInit, ImageFile } from './image';
import { kernelArch } from './kernel-arch';
import { hostArch, type ResolveOptions } from './work';

/** What is known of an image before it is looked into. */
export interface Origin {
  /** As the user named it. */
  name: string;
  user?: string;
  init?: GuestInit;
}

/** Whom the seed makes, in an image of which nothing else is known. */
const USER = 'hvkit';

/** The image in a file or a folder, which stays where it is: a disk, an ISO, or a kernel with what belongs to it. */
export async function localImage(
  path: string,
  origin: Origin,
  cache: string,
  options: ResolveOptions,
): Promise<BootImage> {
  const digests = new DigestNotes(cache);
  if ((await kindOf(path)) === 'folder') return folderImage(path, origin, digests, options);
  const wanted = options.checksum === undefined ? undefined : parseChecksum(options.checksum);
  // Before it is read from beginning to end.
  await asImageFile(path, () => formatOf({ path, bootable: 'yes' }));
  const file = await digests.of(path, options);
  if (wanted) requireChecksum(wanted, file, path);
  return fileImage({ path, sha256: file.sha256 }, origin, cache, options);
}

/** The image that one file is, wherever it lies. */
export async function fileImage(
  file: ImageFile,
  { name, user, init }: Origin,
  cache: string,
  { arch, signal }: ResolveOptions,
): Promise<BootImage> {
  const found = await asImageFile(file.path, () => formatOf({ path: file.path, bootable: 'yes' }));
  if (found.format === 'iso') {
    const { bootIsoOf } = require('./boot-iso/boot-iso') as typeof import('./boot-iso/boot-iso');
    return bootIsoOf(file, cache, { name, arch, signal });
  }
  return {
    name,
    digest: digestOf([file.sha256]),
    arch: arch ?? hostArch(),
    disk: { ...file, ...found },
    user: user ?? USER,
    init: init ?? 'cloud-init',
  };
}

async function folderImage(
  path: string,
  { name }: Origin,
  notes: DigestNotes,
  options: ResolveOptions,
): Promise<BootImage> {
  if (options.checksum !== undefined) {
    throw new HvError({
      code: 'ERR_INVALID_ARGUMENT',
      message: `A folder has no checksum, and ${path} is one`,
      hint: 'Leave the checksum out.',
    });
  }
  const folder = await readImageFolder(path);
  const arch = await archOf(folder, options.arch);
  const identify = async (file: string): Promise<ImageFile> => {
    await requireFile(file);
    const { sha256 } = await notes.of(file, options);
    return { path: file, sha256 };
  };
  const disk = folder.disk === undefined ? undefined : await diskOf(folder.disk, folder);
  const files = {
    ...(folder.kernel !== undefined && { kernel: await identify(folder.kernel) }),
    ...(folder.packed !== undefined && { packed: await identify(folder.packed) }),
    ...(folder.initrd !== undefined && { initrd: await identify(folder.initrd) }),
    ...(disk && { disk: { ...(await identify(disk.path)), format: disk.format, virtualSize: disk.virtualSize } }),
  };
  return {
    name,
    digest: digestOf(Object.values(files).map(({ sha256 }) => sha256)),
    arch,
    ...files,
    ...(folder.cmdline !== undefined && { cmdline: folder.cmdline }),
    user: folder.user ?? USER,
    init: folder.init ?? (disk ? 'cloud-init' : 'none'),
  };
}

async function diskOf(path: string, { kernel }: ImageFolder) {
  await requireFile(path);
  // With a kernel beside it, a file system alone is enough.
  const found = await asImageFile(path, () => formatOf({ path, bootable: kernel === undefined ? 'yes' : 'no' }));
  if (found.format !== 'iso') return { path, ...found };
  throw new HvError({
    code: 'ERR_IMAGE_FOLDER',
    message: `${path} is an ISO and not a disk`,
    hint: 'Name the ISO itself as the image.',
  });
}

async function requireFile(path: string): Promise<void> {
  if ((await kindOf(path)) === 'file') return;
  throw new HvError({ code: 'ERR_IMAGE_FOLDER', message: `${path} is a folder where a file of the image should be` });
}

/** A kernel is believed over its folder's notes, since the other processor would not get far with it. */
async function archOf({ kernel, arch }: ImageFolder, asked: Arch | undefined): Promise<Arch> {
  const wanted = asked ?? arch;
  if (kernel === undefined) return wanted ?? hostArch();
  await requireFile(kernel);
  const found = await asImageFile(kernel, () => kernelArch(kernel));
  if (found !== undefined && wanted !== undefined && found !== wanted) {
    throw new HvError({ code: 'ERR_IMAGE_ARCH', message: `${kernel} is a kernel for ${found}, and not for ${wanted}` });
  }
  return found ?? wanted ?? hostArch();
}

/** Names the same bytes everywhere. */
export function digestOf(sha256s: readonly string[]): string {
  const hash = createHash('sha256');
  for (const each of sha256s) hash.update(`${each}\n`);
  return hash.digest('hex');
}
