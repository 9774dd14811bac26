import type { ByteSource } from '../source';
import { brokenIso } from './broken';
import { recordsOf, type PlainRecord } from './directory';

export const SECTOR = 2048;
/** The first one that is not left to boot loaders. */
const FIRST_DESCRIPTOR = 16;
const MOST_DESCRIPTORS = 64;
const [PRIMARY, SUPPLEMENTARY, END] = [1, 2, 255];
/** The escape sequences by which Joliet is known: UCS-2, in three levels. */
const JOLIET = ['%/@', '%/C', '%/E'];

/** One of the trees that an image may have over the same files. */
export interface Volume {
  label: string;
  joliet: boolean;
  blockSize: number;
  root: PlainRecord;
}

/** Whether a file says that it is an ISO 9660 image. */
export async function isIso(source: ByteSource): Promise<boolean> {
  return isDescriptor(await source.read(FIRST_DESCRIPTOR * SECTOR, SECTOR));
}

export async function readVolumes(source: ByteSource): Promise<{ primary: Volume; joliet: Volume | undefined }> {
  let primary: Volume | undefined;
  let joliet: Volume | undefined;
  for (let number = FIRST_DESCRIPTOR; number < FIRST_DESCRIPTOR + MOST_DESCRIPTORS; ++number) {
    const sector = await source.read(number * SECTOR, SECTOR);
    if (!isDescriptor(sector) || sector[0] === END) break;
    if (sector[0] === PRIMARY) primary ??= volumeOf(sector, false);
    const escape = sector.toString('latin1', 88, 91);
    if (sector[0] === SUPPLEMENTARY && JOLIET.includes(escape)) joliet ??= volumeOf(sector, true);
  }
  if (!primary) throw brokenIso('it does not begin like one');
  return { primary, joliet };
}

function isDescriptor(sector: Buffer): boolean {
  return sector.length === SECTOR && sector.toString('latin1', 1, 6) === 'CD001';
}

function volumeOf(sector: Buffer, joliet: boolean): Volume {
  const blockSize = sector.readUInt16LE(128);
  if (![512, 1024, SECTOR].includes(blockSize)) throw brokenIso(`its blocks would have ${blockSize} bytes`);
  const [root] = recordsOf(sector.subarray(156, 190));
  if (!root?.isDirectory) throw brokenIso('it has no root');
  const label = sector.subarray(40, 72);
  return { label: (joliet ? ucs2(label) : label.toString('latin1')).trimEnd(), joliet, blockSize, root };
}

export function ucs2(bytes: Buffer): string {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le');
}
