import { unpackLz4 } from './lz4';

/**
 * The kernel out of its self-extracting image, which QEMU then starts as it is (PVH). Unpacking itself costs a kernel half a
 * second under emulation, and six after a reset, when it writes over pages that the emulator has translated as code. Undefined of
 * an image of another form, or packed in another way: it boots as well.
 */
export function unpackKernel(image: Buffer): Buffer | undefined {
  // By the x86 boot protocol: the payload lies behind the setup sectors, and ends with its unpacked size in 4 bytes.
  if (image.length < 1024 || image.toString('latin1', 514, 518) !== 'HdrS') return undefined;
  const start = (1 + image.readUInt8(497)) * 512 + image.readUInt32LE(584);
  const end = start + image.readUInt32LE(588) - 4;
  if (end + 4 > image.length) return undefined;
  const unpacked = unpackLz4(image.subarray(start, end));
  return unpacked?.length === image.readUInt32LE(end) ? unpacked : undefined;
}
