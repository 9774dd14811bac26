import { createHash } from 'node:crypto';

/** A raw disk of which no two blocks are the same. */
export function disk(seed = 1, size = 3 * 2 ** 20 + 512): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 4) bytes.writeUInt32LE((at * 2654435761 + seed) % 2 ** 32, at);
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

export function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function sha512(bytes: Buffer): string {
  return `sha512:${createHash('sha512').update(bytes).digest('hex')}`;
}
