import { HvError } from './errors';

const FACTORS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes of `20G`, `512M`, `1.5T`, `20GiB`, `4096`; `unit` is what a bare number counts, such as `M`. */
export function parseSize(text: string, unit: 'K' | 'M' | 'G' | '' = ''): number {
  const [, digits = '', letter = ''] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  const factor = FACTORS[letter === '' && !/b$/i.test(text) ? unit : letter.toUpperCase()];
  const bytes = Math.round(Number(digits) * (factor ?? NaN));
  if (digits === '' || !Number.isSafeInteger(bytes) || bytes <= 0) {
    throw new HvError({
      code: 'ERR_SIZE',
      message: `"${text}" is not a size`,
      hint: 'Write a number and a unit, such as 512M or 20G.',
    });
  }
  return bytes;
}

/** As people write it: `20G`, `512M`, `1.5G`; powers of 1024. */
export function formatSize(bytes: number): string {
  const [letter, factor] = Object.entries(FACTORS).findLast(([, each]) => bytes >= each) ?? ['', 1];
  const amount = bytes / factor;
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)}${letter}`;
}
