import { inspect } from 'node:util';

import { HvError } from '../errors';

const LONGEST = 80;

/** What is wrong with a value, and how it could be written. Where it stands is added by placed(). */
export function refusal(value: unknown, why: string, example: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_INVALID_REQUEST',
    message: `${shown(value)} ${why}`,
    hint: `Write for example ${example}`,
    cause,
  });
}

/** Says of a refusal where the value stands: `publish[1]`, `$HVKIT_CPUS`. What nobody threw on purpose goes on as it is. */
export function placed<T>(
  place: string,
  read: () => T,
  code: 'ERR_INVALID_REQUEST' | 'ERR_SETTING' = 'ERR_INVALID_REQUEST',
): T {
  try {
    return read();
  } catch (error) {
    if (!HvError.is(error)) throw error;
    const cause = error.code === 'ERR_INVALID_REQUEST' ? error.cause : error;
    throw new HvError({ code, message: `${place}: ${error.message}`, hint: error.hint, cause });
  }
}

/** A value in an error's message: what a terminal would take for a command is escaped. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 1, breakLength: Infinity });
  const safe = text.replaceAll(/\p{C}/gu, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST)}...` : safe;
}
