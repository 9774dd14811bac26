import { HvError } from '../errors';

/** What is wrong with an image as it was named. That one could not be fetched or built is a failure, and may go well next time. */
const IMAGE_REFUSALS = new Set([
  'ERR_INVALID_ARGUMENT',
  'ERR_NO_IMAGE',
  'ERR_IMAGE_URL',
  'ERR_IMAGE_FILE',
  'ERR_IMAGE_FORMAT',
  'ERR_IMAGE_FOLDER',
  'ERR_IMAGE_ARCH',
  'ERR_IMAGE_BROKEN',
  'ERR_IMAGE_REFUSED',
  'ERR_ISO_BOOT',
  'ERR_CHECKSUM_FORM',
  'ERR_CHECKSUM_MISSING',
]);

/** Exit status 3: a check said no, and nothing was made. */
export function precreate(error: unknown): unknown {
  if (!HvError.is(error)) return error;
  return new HvError({ code: 'ERR_PRECREATE', message: error.message, hint: error.hint, cause: error });
}

export function isImageRefusal(error: unknown): boolean {
  return HvError.is(error) && IMAGE_REFUSALS.has(error.code);
}
