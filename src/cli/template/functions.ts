import { print, printFormatted, printLine, shown } from './format';
import { json } from './json';
import { entriesOf, fieldOf, isFields, isList, isTrue, typeOf, type Value } from './value';
import { wrong } from './wrong';

interface Called {
  least: number;
  most?: number;
  /** The first argument of which this is the truth is the answer. */
  decides?: boolean;
  call(values: readonly Value[]): Value;
}

/** Go's own, and docker-machine's `json` and `prettyjson`. */
export const FUNCTIONS: Readonly<Record<string, Called>> = {
  and: { least: 1, decides: false, call: ([value]) => value },
  or: { least: 1, decides: true, call: ([value]) => value },
  not: { least: 1, most: 1, call: ([value]) => !isTrue(value) },
  eq: { least: 2, call: ([value, ...others]) => others.some((other) => isSame(value, other)) },
  ne: { least: 2, most: 2, call: ([one, other]) => !isSame(one, other) },
  lt: { least: 2, most: 2, call: ([one, other]) => isLess(one, other) },
  le: { least: 2, most: 2, call: ([one, other]) => isLess(one, other) || isSame(one, other) },
  gt: { least: 2, most: 2, call: ([one, other]) => isLess(other, one) },
  ge: { least: 2, most: 2, call: ([one, other]) => isLess(other, one) || isSame(one, other) },
  index: { least: 1, call: ([value, ...places]) => places.reduce(at, value) },
  len: { least: 1, most: 1, call: ([value]) => BigInt(lengthOf(value)) },
  print: { least: 0, call: print },
  println: { least: 0, call: printLine },
  printf: { least: 1, call: ([format, ...values]) => printFormatted(textOf('printf', format), values) },
  json: { least: 1, most: 1, call: ([value]) => json(value) },
  prettyjson: { least: 1, most: 1, call: ([value]) => json(value, 4) },
};

function isSame(one: Value, other: Value): boolean {
  if (isNothing(one) || isNothing(other)) return isNothing(one) && isNothing(other);
  comparable(one, other);
  return one === other;
}

function isLess(one: Value, other: Value): boolean {
  if (isNothing(one) || isNothing(other) || typeof one === 'boolean') throw wrong('invalid type for comparison');
  comparable(one, other);
  // As Go does, by bytes and not by what a language takes for the order of letters.
  if (typeof one === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(shown(other))) < 0;
  return one < other;
}

function comparable(one: Value, other: Value): void {
  const types = [typeOf(one), typeOf(other)];
  if (isList(one) || isFields(one)) throw wrong(`non-comparable type ${shown(one)}: ${types[0] ?? ''}`);
  if (types[0] !== types[1]) throw wrong(`incompatible types for comparison: ${types.join(' and ')}`);
}

function at(value: Value, place: Value): Value {
  if (isFields(value)) return fieldOf(value, textOf('index', place));
  if (isNothing(value)) throw wrong('index of untyped nil');
  if (!isList(value) && typeof value !== 'string') throw wrong(`can't index item of type ${typeOf(value)}`);
  if (typeof place !== 'bigint') throw wrong(`cannot index slice/array with type ${typeOf(place)}`);
  const index = Number(place);
  const list = isList(value) ? value : [...Buffer.from(value)].map(BigInt);
  if (index < 0 || index >= list.length) throw wrong(`index out of range: ${index}`);
  return list[index];
}

function lengthOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (isList(value)) return value.length;
  if (isFields(value)) return entriesOf(value).length;
  throw wrong(`len of type ${typeOf(value)}`);
}

function textOf(name: string, value: Value): string {
  if (typeof value === 'string') return value;
  throw wrong(`${name}: wrong type: expected string; found ${typeOf(value)}`);
}

function isNothing(value: Value): value is undefined | null {
  return value === undefined || value === null;
}
