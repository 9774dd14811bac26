import { timingSafeEqual } from 'node:crypto';

import { HvError } from '../errors';
import type { Algorithm, Digests } from './digests';

export interface Checksum {
  algorithm: Algorithm;
  hex: string;
}

const LENGTHS: Record<Algorithm, number> = { sha256: 64, sha512: 128 };

/** Of `sha256:...` or `sha512:...`; the bare digits of one tell which it is by their number. */
export function parseChecksum(text: string): Checksum {
  const [, named = '', digits = ''] = /^(?:(sha256|sha512)[:-])?([0-9a-f]+)$/i.exec(text.trim()) ?? [];
  const hex = digits.toLowerCase();
  const algorithm = (['sha256', 'sha512'] as const).find((each) => LENGTHS[each] === hex.length);
  if (algorithm === undefined || (named !== '' && named.toLowerCase() !== algorithm)) {
    throw new HvError({
      code: 'ERR_CHECKSUM_FORM',
      message: `"${text}" is no checksum`,
      hint: 'Write sha256: and 64 digits, or sha512: and 128: what sha256sum and sha512sum print.',
    });
  }
  return { algorithm, hex };
}

export function formatChecksum({ algorithm, hex }: Checksum): string {
  return `${algorithm}:${hex}`;
}

export function matches({ algorithm, hex }: Checksum, digests: Digests): boolean {
  return timingSafeEqual(Buffer.from(hex), Buffer.from(digests[algorithm]));
}

export function requireChecksum(wanted: Checksum, digests: Digests, what: string): void {
  if (matches(wanted, digests)) return;
  throw new HvError({
    code: 'ERR_CHECKSUM',
    message: `${what} is not what it should be: its ${wanted.algorithm} is ${digests[wanted.algorithm]}, and should be ${wanted.hex}`,
    hint: 'Take the checksum from whoever made the image. If it is right, the file was damaged, or replaced.',
  });
}
