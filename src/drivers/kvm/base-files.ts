import type { BootImage, ImageFile } from '../../images/image';

export type Role = 'kernel' | 'initrd' | 'disk' | 'cdrom';

/** A file that every machine of one image uses, and none changes. */
export interface BaseFile {
  role: Role;
  source: ImageFile;
  format: 'qcow2' | 'raw';
  /** Under this name it is kept, with what names the image in front. */
  name: string;
}

export function baseFiles({ kernel, initrd, disk, cdrom }: BootImage): BaseFile[] {
  const files: BaseFile[] = [];
  if (kernel) files.push({ role: 'kernel', source: kernel, format: 'raw', name: 'kernel' });
  if (initrd) files.push({ role: 'initrd', source: initrd, format: 'raw', name: 'initrd' });
  if (disk) files.push({ role: 'disk', source: disk, format: disk.format, name: `disk.${disk.format}` });
  if (cdrom) files.push({ role: 'cdrom', source: cdrom, format: 'raw', name: 'cdrom.iso' });
  return files;
}

/** What names the same bytes, short enough for a file's name. */
export function baseName({ digest }: Pick<BootImage, 'digest'>): string {
  return `base-${digest.replace(/^sha\d+:/, '').slice(0, 32)}`;
}
