import { HvError } from '../errors';
import { QCOW2_MAGIC, readQcow2, refuseForeignFiles } from './qcow2';
import { withFile, type ByteSource } from './source';

/** What a file is by what is in it; its name does not count. */
export type FileFormat = { format: 'qcow2' | 'raw'; virtualSize: number } | { format: 'iso' };

const SECTOR = 512;
/** The first volume descriptor of an ISO 9660 image. */
const ISO_AT = 16 * 2048;

const CONVERT = 'Convert it first: qemu-img convert -O qcow2 IMAGE WHOLE.qcow2';

const OTHERS: readonly { kind: string; at: number; magic: Buffer; hint?: string }[] = [
  { kind: 'compressed with gzip', at: 0, magic: Buffer.from('1f8b', 'hex'), hint: 'Unpack it first: gunzip --keep' },
  { kind: 'compressed with xz', at: 0, magic: Buffer.from('fd377a585a00', 'hex'), hint: 'Unpack it first: xz -dk' },
  { kind: 'compressed with zstd', at: 0, magic: Buffer.from('28b52ffd', 'hex'), hint: 'Unpack it first: zstd -d' },
  { kind: 'compressed with bzip2', at: 0, magic: Buffer.from('BZh'), hint: 'Unpack it first: bzip2 -dk' },
  { kind: 'a zip archive', at: 0, magic: Buffer.from('PK\x03\x04', 'latin1'), hint: 'Unpack it first: unzip' },
  { kind: 'a disk of VMware', at: 0, magic: Buffer.from('KDMV'), hint: CONVERT },
  { kind: 'a disk of Hyper-V', at: 0, magic: Buffer.from('vhdxfile'), hint: CONVERT },
  { kind: 'a disk of VirtualBox', at: 64, magic: Buffer.from('7f10dabe', 'hex'), hint: CONVERT },
  { kind: 'an archive of tar', at: 257, magic: Buffer.from('ustar') },
];

export interface Expectation {
  path: string;
  /** As errors name the file, if not by its path. */
  name?: string;
  /** A disk that is started by its own boot loader must have one. */
  bootable: 'yes' | 'no';
}

/** Looks into a file that is to be an image. What would have QEMU open other files, or could not boot, is refused. */
export function formatOf(file: Expectation): Promise<FileFormat> {
  return withFile(file.path, (source) => formatOfSource(source, file));
}

async function formatOfSource(source: ByteSource, { path, name = path, bootable }: Expectation): Promise<FileFormat> {
  const head = await source.read(0, SECTOR);
  if (head.subarray(0, QCOW2_MAGIC.length).equals(QCOW2_MAGIC)) {
    const header = await readQcow2(source);
    refuseForeignFiles(header, name);
    return { format: 'qcow2', virtualSize: header.virtualSize };
  }
  // Most of these begin like a disk as well, to be written to a USB stick.
  if ((await source.read(ISO_AT + 1, 5)).toString('latin1') === 'CD001') return { format: 'iso' };
  for (const { kind, at, magic, hint } of OTHERS) {
    if (head.subarray(at, at + magic.length).equals(magic)) throw noImage(name, `it is ${kind}`, hint);
  }
  if (source.size < SECTOR) throw noImage(name, `it has ${source.size} bytes`);
  if (bootable === 'yes' && head.readUInt16LE(SECTOR - 2) !== 0xaa55) {
    throw noImage(name, 'it is neither qcow2 nor ISO 9660, and as a raw disk it has no boot sector');
  }
  return { format: 'raw', virtualSize: source.size };
}

function noImage(name: string, why: string, hint?: string): HvError {
  return new HvError({
    code: 'ERR_IMAGE_FORMAT',
    message: `${name} is no image that a machine can start from: ${why}`,
    hint: hint ?? 'Name a qcow2 image, a raw disk, an ISO, or a folder with a kernel and an initrd.',
  });
}
