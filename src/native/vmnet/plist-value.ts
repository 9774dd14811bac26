import { HvError } from '../../errors';

/**
 * What a property list of settings is made of. A dictionary is a map: a key of the file cannot be taken for anything of
 * JavaScript's own.
 */
export type PlistValue = string | number | bigint | boolean | Date | Uint8Array | PlistValue[] | PlistDictionary;
export type PlistDictionary = Map<string, PlistValue>;

/** Lists inside of lists; settings have two or three. Keeps a crafted file from using up the stack. */
export const DEEPEST = 32;
/** A list can name one value many times, also itself: a small file must not become a large value. */
export const MOST_VALUES = 100_000;

export function notPlist(why: string): HvError {
  return new HvError({ code: 'ERR_PLIST', message: `This is not a property list of settings: ${why}` });
}
