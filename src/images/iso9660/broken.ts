import { HvError } from '../../errors';

/** What an image says of itself cannot be true. */
export function brokenIso(why: string): HvError {
  return new HvError({
    code: 'ERR_IMAGE_BROKEN',
    message: `This is no ISO 9660 image that can be used: ${why}`,
    hint: 'It may be cut short, or damaged on its way: get it again, and compare its checksum.',
  });
}
