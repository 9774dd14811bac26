/** Where a file or directory lies. */
export interface Extent {
  sector: number;
  size: number;
}

/** 1 January 1970, midnight, UTC: years since 1900, month, day, and no more. */
const LONG_AGO = [70, 1, 1, 0, 0, 0, 0];
const DIRECTORY_FLAG = 2;

/** A file's or directory's entry in a directory; `\0` stands for the directory itself, `\x01` for the one above. */
export function directoryRecord(
  identifier: string,
  { sector, size }: Extent,
  isDirectory: boolean,
  systemUse: readonly Buffer[],
): Buffer {
  const name = Buffer.from(identifier, 'latin1');
  const head = Buffer.alloc(33 + name.length + ((name.length + 1) % 2));
  const extra = Buffer.concat(systemUse);
  const padding = (head.length + extra.length) % 2;
  head.writeUInt8(head.length + extra.length + padding, 0);
  head.writeUInt32LE(sector, 2);
  head.writeUInt32BE(sector, 6);
  head.writeUInt32LE(size, 10);
  head.writeUInt32BE(size, 14);
  head.set(LONG_AGO, 18);
  head.writeUInt8(isDirectory ? DIRECTORY_FLAG : 0, 25);
  head.writeUInt16LE(1, 28);
  head.writeUInt16BE(1, 30);
  head.writeUInt8(name.length, 32);
  name.copy(head, 33);
  return Buffer.concat([head, extra, Buffer.alloc(padding)]);
}

function entry(signature: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(signature), Buffer.from([4 + payload.length, 1]), payload]);
}

/** The entries by which Rock Ridge says more of a file (IEEE P1281 and P1282). */
export const rockRidge = {
  /** Only in the root: SP says that there are such entries, ER which ones. */
  inUse: Buffer.concat([
    entry('SP', Buffer.from([0xbe, 0xef, 0])),
    entry('ER', Buffer.concat([Buffer.from([10, 0, 0, 1]), Buffer.from('RRIP_1991A')])),
  ]),

  /** PX: mode, number of links, owner and group, which are root. */
  attributes(mode: number, links: number): Buffer {
    const payload = Buffer.alloc(32);
    [mode, links, 0, 0].forEach((value, index) => {
      payload.writeUInt32LE(value, index * 8);
      payload.writeUInt32BE(value, index * 8 + 4);
    });
    return entry('PX', payload);
  },

  /** NM. */
  name(name: string): Buffer {
    return entry('NM', Buffer.concat([Buffer.from([0]), Buffer.from(name)]));
  },
};
