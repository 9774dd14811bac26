import type { IsoImage } from '../iso9660/read';
import type { BootEntry, BootMenu, ReadText } from './entry';
import { readGrub } from './grub';
import { readSyslinux } from './syslinux';

/** In the order in which they tell most: the menu of a BIOS is plainer than GRUB's. */
const SYSLINUX = ['isolinux', 'boot/isolinux', 'boot/syslinux', 'syslinux', 'boot/x86_64/loader', ''].flatMap(
  (folder) => ['isolinux.cfg', 'syslinux.cfg', 'extlinux.conf'].map((name) => `${folder}/${name}`),
);
const GRUB = ['boot/grub', 'boot/grub2', 'grub', 'EFI/BOOT', 'EFI/debian', 'EFI/fedora', 'EFI/ubuntu'].map(
  (folder) => `${folder}/grub.cfg`,
);

/** A kernel without a menu is found by these names, and its initrd beside it. */
const KERNEL_NAME = /^(?:vmlinu[xz]|bzimage|linux|kernel)(?![^-._\d])/i;
const INITRD_NAME = /^(?:initrd|initramfs|initrfs)/i;

/**
 * What an image would boot, best first: what its menu boots when nobody chooses, then the rest of the menu; without a menu the
 * one kernel that is there.
 */
export async function bootEntries(image: IsoImage): Promise<BootEntry[]> {
  const readText: ReadText = async (path) => {
    const entry = await image.find(path);
    return entry?.type === 'file' ? (await image.read(entry)).toString('utf8') : undefined;
  };
  const found: BootEntry[] = [];
  for (const [paths, read] of [
    [SYSLINUX, readSyslinux],
    [GRUB, readGrub],
  ] as const) {
    for (const path of paths) {
      if ((await image.find(path))?.type === 'file') found.push(...inOrder(await read(path, readText)));
    }
  }
  return found.length > 0 ? found : await kernelsWithoutMenu(image);
}

function inOrder({ entries, chosen }: BootMenu): BootEntry[] {
  const first = chosen && withoutTest(chosen, entries);
  return first ? [first, ...entries.filter((entry) => entry !== first)] : entries;
}

/** Fedora's menu reads the whole medium before it boots, to see whether a disc is scratched. Its neighbour does not. */
function withoutTest(chosen: BootEntry, entries: readonly BootEntry[]): BootEntry {
  if (!chosen.cmdline.includes('rd.live.check')) return chosen;
  return entries.find((entry) => entry.kernel === chosen.kernel && !entry.cmdline.includes('rd.live.check')) ?? chosen;
}

async function kernelsWithoutMenu(image: IsoImage): Promise<BootEntry[]> {
  const folders = new Map<string, { kernels: string[]; initrds: string[] }>();
  for await (const { path, entry } of image.walk()) {
    if (entry.type !== 'file') continue;
    const folder = path.slice(0, path.length - entry.name.length);
    const known = folders.get(folder) ?? { kernels: [], initrds: [] };
    if (KERNEL_NAME.test(entry.name)) known.kernels.push(path);
    if (INITRD_NAME.test(entry.name)) known.initrds.push(path);
    folders.set(folder, known);
  }
  return [...folders.values()].flatMap(({ kernels: [kernel, ...others], initrds }) =>
    kernel !== undefined && others.length === 0 && initrds.length === 1
      ? [{ label: kernel, kernel, initrds, cmdline: '' }]
      : [],
  );
}
