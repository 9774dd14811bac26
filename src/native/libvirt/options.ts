import { invalidArgument } from './errors';

/**
 * The options that a method was given, if they are an object and hold nothing that it does not know: an option with a
 * misspelt name would change nothing, and nobody would notice.
 */
export function optionsOf<T extends object>(options: T, known: Readonly<Record<keyof T, true>>): T {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) throw invalidArgument('the options must be an object');
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    throw invalidArgument(`there is no option "${unknown}"`, `The options are: ${Object.keys(known).join(', ')}.`);
  }
  return options;
}

/** What must be an object of ours is one: of anything else the handle would be looked for in vain. */
export function requireObject(value: unknown, Class: abstract new (...args: never[]) => object, what: string): void {
  if (!(value instanceof Class)) throw invalidArgument(`${what} must be a ${Class.name}`);
}

/** What C takes for a boolean. Of another value, such as 'false', it would be the opposite of what was meant. */
export function truthOf(value: boolean, what: string): 0 | 1 {
  const given: unknown = value;
  if (typeof given !== 'boolean') throw invalidArgument(`${what} must be true or false`);
  return given ? 1 : 0;
}

export const UINT64_MAX = 2n ** 64n - 1n;

/** A number that C counts with 64 bits. */
export function uint64Of(value: bigint | number, what: string): bigint {
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value) : -1n;
  if (whole < 0n || whole > UINT64_MAX) {
    throw invalidArgument(`${what} must be a BigInt or a safe integer, from 0 to 2^64-1`);
  }
  return whole;
}

export function requireString(value: unknown, what: string): void {
  if (typeof value !== 'string') throw invalidArgument(`${what} must be a string`);
}

export function requireArray(value: unknown, what: string): void {
  if (!Array.isArray(value)) throw invalidArgument(`${what} must be an array`);
}
