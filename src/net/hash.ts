import { createHash } from 'node:crypto';

/**
 * The same number from the same words on every machine, evenly spread below `limit` (up to 2^32). What is chosen by it is
 * chosen again after a crash, and seldom by anybody else.
 */
export function choice(limit: number, ...words: readonly string[]): number {
  // 48 bits: with fewer the remainder would favour small numbers where the limit is large.
  return digest(...words).readUIntBE(0, 6) % limit;
}

export function digest(...words: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(words)).digest();
}
