import { HvError } from '../../src/errors';
import { newQcow2, readQcow2 } from '../../src/images/qcow2';
import { bytesSource } from '../../src/images/source';
import { randomOf } from './mutate';

const SIZE = 2 ** 30;
const WHOLE = [
  newQcow2({ size: SIZE }),
  newQcow2({ size: SIZE, backing: { file: '/images/base.raw', format: 'raw' } }),
].map((image) => image.subarray(0, 256 * 1024));
/** All that a header says, and the name of the backing file behind it. */
const HEAD = 160;
const WORDS = [0, 1, 2, 8, 0x7f, 0x80, 0xff];

interface Outcome {
  taken: number;
  refused: number;
  /** What is neither. */
  wrong: string[];
}

/** A damaged header is refused by its code, or says what an image can be. */
export async function fuzzQcow2(seed: number, count: number): Promise<Outcome> {
  const random = randomOf(seed);
  const outcome: Outcome = { taken: 0, refused: 0, wrong: [] };
  for (let round = 0; round < count; round += 1) {
    const whole = WHOLE[random(WHOLE.length)]!;
    const bytes = Buffer.from(random(10) === 0 ? whole.subarray(0, random(HEAD)) : whole);
    for (let places = 1 + random(3); places > 0; places -= 1) {
      const at = random(Math.min(HEAD, bytes.length) || 1);
      // A field of 8 bytes becomes huge only by its first ones.
      for (let i = 0; i <= random(4) && at + i < bytes.length; i += 1) bytes[at + i] = WORDS[random(WORDS.length)]!;
    }
    try {
      const { version, virtualSize, backingFile } = await readQcow2(bytesSource(bytes));
      const isSane =
        (version === 2 || version === 3) &&
        Number.isSafeInteger(virtualSize) &&
        virtualSize > 0 &&
        (backingFile === undefined || backingFile.length <= bytes.length);
      if (isSane) outcome.taken += 1;
      else outcome.wrong.push(`seed ${seed}, round ${round}: ${JSON.stringify({ version, virtualSize, backingFile })}`);
    } catch (error) {
      if (HvError.is(error) && error.code === 'ERR_IMAGE_BROKEN') outcome.refused += 1;
      else outcome.wrong.push(`seed ${seed}, round ${round}: ${String(error)}`);
    }
  }
  return outcome;
}
