import { HvError } from '../../../src/errors';
import { IsoImage } from '../../../src/images/iso9660/read';
import { bytesSource } from '../../../src/images/source';
import { randomOf } from '../../support/mutate';

/** An image with some bytes changed where it describes itself: in descriptors, directories, and what these name. */
export function damage(image: Buffer, seed: number): Buffer {
  const next = randomOf(seed);
  const bytes = Buffer.from(image);
  const INTERESTING = [0, 1, 2, 4, 0x7f, 0x80, 0xff, next(256)];
  for (let count = 1 + next(12); count > 0; --count) {
    const at =
      next(3) === 0 ? 16 * 2048 + next(3 * 2048) : 18 * 2048 + next(Math.min(bytes.length, 80_000) - 18 * 2048);
    // A few neighbours at once: a field of 4 bytes becomes huge only together.
    for (let i = 0; i < 1 + next(4); ++i) bytes[at + i] = INTERESTING[next(INTERESTING.length)]!;
  }
  return next(8) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes;
}

/** Reads whatever an image has; throws what is no HvError. */
export async function readAll(bytes: Buffer, seed: number): Promise<void> {
  try {
    const image = await IsoImage.open(bytesSource(bytes));
    let read = 0;
    for await (const { path, entry } of image.walk()) {
      if (++read > 2000) break;
      await image.find(path).catch(expected(seed));
      await image.read(entry).catch(expected(seed));
    }
  } catch (error) {
    expected(seed)(error);
  }
}

function expected(seed: number) {
  return (error: unknown) => {
    if (!HvError.is(error) || error.code !== 'ERR_IMAGE_BROKEN') throw new Error(`seed ${seed}`, { cause: error });
  };
}
