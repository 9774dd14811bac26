const MAGIC = 0x184c2102;
/** What each block but the last one unpacks to. */
const BLOCK = 8 << 20;

/** Unpacks LZ4's old format, which kernels are compressed with; undefined if it is another one. */
export function unpackLz4(packed: Buffer): Buffer | undefined {
  if (packed.length < 8 || packed.readUInt32LE(0) !== MAGIC) return undefined;
  const blocks: Buffer[] = [];
  for (let at = 4; at + 4 <= packed.length;) {
    const size = packed.readUInt32LE(at);
    blocks.push(unpackBlock(packed.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return Buffer.concat(blocks);
}

function unpackBlock(from: Buffer): Buffer {
  const to = Buffer.allocUnsafe(BLOCK);
  let [read, written] = [0, 0];
  // A length of 15 goes on in the bytes that follow, as long as they are 255.
  const length = (first: number): number => {
    let total = first;
    if (first === 15) {
      let more: number;
      do total += more = from.readUInt8(read++);
      while (more === 255);
    }
    return total;
  };
  while (read < from.length) {
    const token = from.readUInt8(read++);
    const literals = length(token >> 4);
    from.copy(to, written, read, read + literals);
    read += literals;
    written += literals;
    if (read >= from.length) break;
    const distance = from.readUInt16LE(read);
    read += 2;
    const end = written + length(token & 15) + 4;
    if (distance === 0 || distance > written || end > BLOCK) throw new RangeError('the LZ4 data is damaged');
    // Byte by byte, because a match may reach into what it makes.
    for (; written < end; written++) to[written] = to[written - distance] ?? 0;
  }
  return to.subarray(0, written);
}
