import { HvError } from '../../errors';
import { sizeOfGiven } from './given-file';

/** hyperkit's src/lib/firmware/bootrom.c: it maps whole pages, below what processors have at the end of the first 4 GiB. */
const PAGE = 4096;
const LARGEST = 16 * 2 ** 20;
const HINT = '--xhyve-bootrom takes a UEFI of OVMF as one file, code and variables together.';

/** Refuses what hyperkit would not take for a firmware. */
export async function checkBootrom(path: string): Promise<void> {
  const size = await sizeOfGiven('The firmware', path, HINT);
  if (size >= PAGE && size <= LARGEST && size % PAGE === 0) return;
  throw new HvError({
    code: 'ERR_XHYVE_OPTION',
    message: `${path} has ${size} bytes, and a firmware has up to 16 MiB, in pages of ${PAGE} bytes`,
    hint: HINT,
  });
}
