import { brokenIso } from './broken';
import type { Extent } from './records';

const SECTOR = 2048;
const SHORTEST_RECORD = 34;
const [DIRECTORY, NOT_FINAL] = [2, 0x80];

/** A record of a directory, as plain ISO 9660 has it. */
export interface PlainRecord {
  identifier: Buffer;
  /** In blocks, and bytes. */
  extent: Extent;
  isDirectory: boolean;
  /** The next record is of the same file, which is too large for one. */
  goesOn: boolean;
  interleaved: boolean;
  systemUse: Buffer;
}

/** The records in the bytes of a directory. None lies over the end of a sector: zeros fill that up. */
export function* recordsOf(data: Buffer): Generator<PlainRecord> {
  let at = 0;
  while (at < data.length) {
    const length = data.readUInt8(at);
    if (length === 0) {
      at = (Math.floor(at / SECTOR) + 1) * SECTOR;
      continue;
    }
    if (length < SHORTEST_RECORD || at + length > data.length) throw brokenIso('one of its directories is damaged');
    yield recordOf(data.subarray(at, at + length));
    at += length;
  }
}

function recordOf(bytes: Buffer): PlainRecord {
  const nameLength = bytes.readUInt8(32);
  if (nameLength === 0 || 33 + nameLength > bytes.length) throw brokenIso('one of its directories is damaged');
  const flags = bytes.readUInt8(25);
  return {
    identifier: bytes.subarray(33, 33 + nameLength),
    // The bytes begin behind a record of attributes, where there is one.
    extent: { sector: bytes.readUInt32LE(2) + bytes.readUInt8(1), size: bytes.readUInt32LE(10) },
    isDirectory: (flags & DIRECTORY) !== 0,
    goesOn: (flags & NOT_FINAL) !== 0,
    interleaved: bytes.readUInt8(26) !== 0,
    systemUse: bytes.subarray(33 + nameLength + ((nameLength + 1) % 2)),
  };
}

/** The directory itself, or the one above. */
export function isSelfOrParent({ identifier }: PlainRecord): boolean {
  return identifier.length === 1 && (identifier[0] === 0 || identifier[0] === 1);
}
