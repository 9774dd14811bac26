import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { HvError } from '../../errors';
import { isErrno } from '../../files';
import type { Arch, BootImage, GuestInit, ImageFile } from '../image';
import { IsoImage, type IsoEntry } from '../iso9660/read';
import { kernelArchOf } from '../kernel-arch';
import { readRecord, writeRecord } from '../record';
import { withFile, type ByteSource } from '../source';
import { bootEntries } from './config';
import type { BootEntry } from './entry';

export interface BootIsoOptions {
  /** As the user named it. */
  name: string;
  /** Without it, what the image's own kernel is for. */
  arch?: Arch | undefined;
  signal?: AbortSignal | undefined;
}

/** What was taken out of an image, as it stands beside the files. */
interface Extracted {
  arch: Arch;
  kernel: string;
  initrd: string | undefined;
  cmdline: string;
  user: string;
  init: GuestInit;
}

/** Kernels and initrds are far below it, those of an entry together: what is said to be larger is none. */
const LARGEST_FILE = 2 ** 30;
const MOST_INITRDS = 16;
const RECORD = 'boot.json';
const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * A boot ISO as the hypervisor starts it: its kernel and initrd, taken out once into `<cacheDir>/boot-iso/<sha256>`, with the
 * arguments that its own menu gives, and the image itself in the drive.
 */
export async function bootIsoOf(iso: ImageFile, cacheDir: string, options: BootIsoOptions): Promise<BootImage> {
  const { name, arch } = options;
  const wanted = arch ?? 'any';
  const folder = join(cacheDir, 'boot-iso', `${iso.sha256}-${wanted}`);
  const found = (await readExtracted(folder)) ?? (await extractOnce(iso, folder, options));
  const digest = createHash('sha256')
    .update(`${iso.sha256}\n${found.kernel}\n${found.initrd ?? ''}\n`)
    .digest('hex');
  return {
    name,
    digest,
    arch: found.arch,
    kernel: { path: join(folder, 'kernel'), sha256: found.kernel },
    ...(found.initrd !== undefined && { initrd: { path: join(folder, 'initrd'), sha256: found.initrd } }),
    cmdline: found.cmdline,
    cdrom: iso,
    user: found.user,
    init: found.init,
  };
}

function readExtracted(folder: string): Promise<Extracted | undefined> {
  return readRecord(join(folder, RECORD), isExtracted);
}

function isExtracted(value: Readonly<Record<string, unknown>>): value is Record<string, unknown> & Extracted {
  const texts = ['arch', 'kernel', 'cmdline', 'user', 'init'];
  return (
    texts.every((key) => typeof value[key] === 'string') && ['string', 'undefined'].includes(typeof value['initrd'])
  );
}

/** Two processes may do it at once: the folder appears whole, and either's is right. */
async function extractOnce(iso: ImageFile, folder: string, options: BootIsoOptions): Promise<Extracted> {
  const beside = `${folder}.${randomUUID()}.new`;
  await mkdir(beside, { recursive: true, mode: 0o700 });
  try {
    const extracted = await withFile(iso.path, async (source) => extract(await IsoImage.open(source), beside, options));
    await writeRecord(join(beside, RECORD), extracted);
    await publish(beside, folder);
    return (await readExtracted(folder)) ?? extracted;
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function publish(made: string, folder: string): Promise<void> {
  try {
    await rename(made, folder);
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    if (await readExtracted(folder)) return;
    // What is there was damaged since.
    await rm(folder, { recursive: true });
    await rename(made, folder);
  }
}

async function extract(image: IsoImage, folder: string, { name, arch, signal }: BootIsoOptions): Promise<Extracted> {
  const others = new Set<Arch>();
  for (const entry of await bootEntries(image)) {
    const kernel = await image.find(entry.kernel);
    const initrds = await Promise.all(entry.initrds.slice(0, MOST_INITRDS).map((path) => image.find(path)));
    if (!isBootFile(kernel) || !initrds.every(isBootFile) || sizeOf(initrds) > LARGEST_FILE) continue;
    const found = await archOf(image.headOf(kernel));
    if (!found || (arch && found !== arch)) {
      if (found) others.add(found);
      continue;
    }
    return {
      arch: found,
      kernel: await write(image, [kernel], join(folder, 'kernel'), signal),
      initrd: initrds.length === 0 ? undefined : await write(image, initrds, join(folder, 'initrd'), signal),
      cmdline: withoutConsole(entry.cmdline),
      ...(await whoLogsIn(image, entry)),
    };
  }
  throw noKernel(name, arch, others);
}

function isBootFile(entry: IsoEntry | undefined): entry is IsoEntry {
  return entry?.type === 'file' && entry.size > 0 && entry.size <= LARGEST_FILE;
}

function sizeOf(files: readonly IsoEntry[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

async function archOf(kernel: ByteSource): Promise<Arch | undefined> {
  const known = await kernelArchOf(kernel);
  if (known) return known;
  // Only kernels for arm64 are whole gzip files; QEMU unpacks them.
  return (await kernel.read(0, 2)).equals(GZIP) ? 'aarch64' : undefined;
}

/** Several initrds in one: the kernel unpacks one after the other, each from a boundary of 4 bytes on. */
async function write(image: IsoImage, files: readonly IsoEntry[], path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  async function* bytes() {
    for (const file of files) {
      for await (const chunk of image.stream(file)) {
        hash.update(chunk);
        yield chunk;
      }
      const padding = Buffer.alloc(files.length === 1 ? 0 : (4 - (file.size % 4)) % 4);
      hash.update(padding);
      yield padding;
    }
  }
  await pipeline(Readable.from(bytes(), { objectMode: false }), createWriteStream(path), { signal });
  return hash.digest('hex');
}

/** Which console there is, the machine decides and not the medium. */
function withoutConsole(cmdline: string): string {
  return cmdline
    .split(/\s+/)
    .filter((arg) => arg !== '' && !arg.startsWith('console='))
    .join(' ');
}

/** What a medium's system is known to have. `user=` is how boot2docker and Tiny Core name theirs. */
async function whoLogsIn(image: IsoImage, { cmdline }: BootEntry): Promise<{ user: string; init: GuestInit }> {
  const [, named] = /(?:^|\s)user=([a-z_][\w-]*)/.exec(cmdline) ?? [];
  if (named !== undefined) return { user: named, init: 'none' };
  if ((await image.find('casper'))?.type === 'directory') return { user: 'ubuntu', init: 'cloud-init' };
  if ((await image.find('live'))?.type === 'directory') return { user: 'user', init: 'none' };
  return { user: 'root', init: 'none' };
}

function noKernel(name: string, arch: Arch | undefined, others: ReadonlySet<Arch>): HvError {
  const [other] = others;
  return new HvError({
    code: 'ERR_ISO_BOOT',
    message:
      other === undefined
        ? `${name} has no boot menu (isolinux, syslinux or GRUB) with a Linux kernel in it`
        : `${name} is for ${other}, and not for ${arch ?? 'this machine'}`,
    hint: 'hvkit starts a Linux kernel itself. Unpack it with its initrd into a folder, and name that as the image.',
  });
}
