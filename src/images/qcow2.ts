import { HvError } from '../errors';
import { formatSize } from '../units';
import type { ByteSource } from './source';

export const QCOW2_MAGIC = Buffer.from('QFI\xfb', 'latin1');

const CLUSTER_BITS = 16;
const CLUSTER = 2 ** CLUSTER_BITS;
/** Bytes that one table of the second level maps. */
const L2_COVERS = (CLUSTER / 8) * CLUSTER;
/** Clusters that one block of 16-bit reference counts counts. */
const BLOCK_COUNTS = CLUSTER / 2;
/** QEMU's own limits. */
const LARGEST_L1 = 32 * 2 ** 20;
const LONGEST_BACKING_NAME = 1023;

const HEADER_LENGTH = 104;
const BACKING_FORMAT = 0xe2792aca;

const EXTERNAL_DATA = 1n << 2n;
/** Dirty, corrupt, external data, compression type, extended L2 entries. */
const KNOWN_INCOMPATIBLE = 0b11111n;

export interface Backing {
  /** As QEMU finds it: absolute, or relative to the image's own folder. */
  file: string;
  format: 'qcow2' | 'raw';
}

/**
 * All bytes of a qcow2 image (version 3) in which nothing is written yet: it reads as zeros, or as its backing file does. A
 * size is rounded up to whole sectors of 512 bytes.
 */
export function newQcow2({ size, backing }: { size: number; backing?: Backing | undefined }): Buffer {
  const virtualSize = Math.ceil(size / 512) * 512;
  const l1Entries = Math.ceil(virtualSize / L2_COVERS);
  if (!Number.isSafeInteger(size) || size <= 0 || l1Entries * 8 > LARGEST_L1) {
    throw invalid(`A qcow2 image cannot have ${size} bytes`);
  }
  const name = Buffer.from(backing?.file ?? '');
  if (backing && (name.length === 0 || name.length > LONGEST_BACKING_NAME)) {
    throw invalid(`The name of a backing file has 1 to ${LONGEST_BACKING_NAME} bytes: ${JSON.stringify(backing.file)}`);
  }

  const l1Clusters = Math.ceil((l1Entries * 8) / CLUSTER);
  // Header, table of reference counts, its one block, L1: the largest L1 leaves the block far from full.
  const [tableAt, blockAt, l1At] = [1, 2, 3];
  const clusters = l1At + l1Clusters;
  if (clusters > BLOCK_COUNTS) throw invalid(`A qcow2 image cannot have ${size} bytes`);

  const image = Buffer.alloc(clusters * CLUSTER);
  const extensions = backing ? backingFormat(backing.format) : Buffer.alloc(0);
  // The end of the extensions is an empty one.
  const nameAt = HEADER_LENGTH + extensions.length + 8;
  QCOW2_MAGIC.copy(image);
  image.writeUInt32BE(3, 4);
  image.writeBigUInt64BE(BigInt(backing ? nameAt : 0), 8);
  image.writeUInt32BE(name.length, 16);
  image.writeUInt32BE(CLUSTER_BITS, 20);
  image.writeBigUInt64BE(BigInt(virtualSize), 24);
  image.writeUInt32BE(l1Entries, 36);
  image.writeBigUInt64BE(BigInt(l1At * CLUSTER), 40);
  image.writeBigUInt64BE(BigInt(tableAt * CLUSTER), 48);
  image.writeUInt32BE(1, 56);
  // 2 ** 4 bits for a reference count.
  image.writeUInt32BE(4, 96);
  image.writeUInt32BE(HEADER_LENGTH, 100);
  extensions.copy(image, HEADER_LENGTH);
  name.copy(image, nameAt);

  image.writeBigUInt64BE(BigInt(blockAt * CLUSTER), tableAt * CLUSTER);
  for (let cluster = 0; cluster < clusters; ++cluster) image.writeUInt16BE(1, blockAt * CLUSTER + cluster * 2);
  return image;
}

function backingFormat(format: string): Buffer {
  const extension = Buffer.alloc(8 + Math.ceil(format.length / 8) * 8);
  extension.writeUInt32BE(BACKING_FORMAT, 0);
  extension.writeUInt32BE(format.length, 4);
  extension.write(format, 8);
  return extension;
}

export interface Qcow2Header {
  version: number;
  virtualSize: number;
  /** Another file that QEMU would open with this one. */
  backingFile?: string;
  /** The data lies in another file that QEMU would open. */
  externalData: boolean;
  encrypted: boolean;
}

/** What the head of a qcow2 image says. Nothing in it is believed that the file itself belies. */
export async function readQcow2(source: ByteSource): Promise<Qcow2Header> {
  const head = await source.read(0, HEADER_LENGTH);
  if (head.length < 72 || !head.subarray(0, 4).equals(QCOW2_MAGIC)) throw broken('its head is not that of one');
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw broken(`its version is ${version}`);
  if (version === 3 && head.length < HEADER_LENGTH) throw broken('it ends in the middle of its head');

  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw broken(`its clusters would have 2^${clusterBits} bytes`);
  const virtualSize = head.readBigUInt64BE(24);
  if (virtualSize === 0n || virtualSize > BigInt(Number.MAX_SAFE_INTEGER)) throw broken(`its size is ${virtualSize}`);
  const incompatible = version === 3 ? head.readBigUInt64BE(72) : 0n;
  if ((incompatible & ~KNOWN_INCOMPATIBLE) !== 0n) throw broken('it needs abilities that are not known here');
  checkTable(source, 'L1 table', head.readBigUInt64BE(40), BigInt(head.readUInt32BE(36)) * 8n);
  checkTable(source, 'table of reference counts', head.readBigUInt64BE(48), 8n);

  const backingFile = await backingFileOf(source, head);
  return {
    version,
    virtualSize: Number(virtualSize),
    ...(backingFile !== undefined && { backingFile }),
    externalData: (incompatible & EXTERNAL_DATA) !== 0n,
    encrypted: head.readUInt32BE(32) !== 0,
  };
}

function checkTable({ size }: ByteSource, what: string, offset: bigint, length: bigint): void {
  if (length > BigInt(LARGEST_L1)) throw broken(`its ${what} would have ${length} bytes`);
  if (offset === 0n || offset % 512n !== 0n || offset + length > BigInt(size)) {
    throw broken(`its ${what} lies outside of the file, which has ${formatSize(size)}`);
  }
}

async function backingFileOf(source: ByteSource, head: Buffer): Promise<string | undefined> {
  const offset = head.readBigUInt64BE(8);
  const length = head.readUInt32BE(16);
  if (offset === 0n) return undefined;
  if (length > LONGEST_BACKING_NAME || offset + BigInt(length) > BigInt(source.size)) {
    throw broken('the name of its backing file lies outside of the file');
  }
  return (await source.read(Number(offset), length)).toString();
}

/** Refuses an image from elsewhere that would have QEMU open other files of this host, or that cannot be read at all. */
export function refuseForeignFiles(header: Qcow2Header, image = 'The image'): void {
  const { backingFile, externalData, encrypted } = header;
  if (backingFile !== undefined || externalData) {
    const file = backingFile === undefined ? 'a data file' : `the backing file ${JSON.stringify(backingFile)}`;
    throw new HvError({
      code: 'ERR_IMAGE_REFUSED',
      message: `${image} names ${file}: with it the guest would read other files of this host`,
      hint: 'Make one image of it, if you trust it: qemu-img convert -O qcow2 IMAGE WHOLE.qcow2',
    });
  }
  if (encrypted) {
    throw new HvError({
      code: 'ERR_IMAGE_REFUSED',
      message: `${image} is encrypted, and there is no key for it here`,
      hint: 'Decrypt it with qemu-img convert.',
    });
  }
}

function invalid(message: string): HvError {
  return new HvError({ code: 'ERR_INVALID_ARGUMENT', message });
}

function broken(why: string): HvError {
  return new HvError({
    code: 'ERR_IMAGE_BROKEN',
    message: `This is no qcow2 image that can be used: ${why}`,
    hint: 'Get it again; `qemu-img check` says more of it.',
  });
}
