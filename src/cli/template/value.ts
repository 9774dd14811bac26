/**
 * What a template deals with. As in Go, whole numbers and others are two kinds: those of a template and of `len` are bigint,
 * Go's int; those of data, which comes from JSON, are number, Go's float64. Undefined is what there is not.
 */
export type Value = undefined | null | boolean | bigint | number | string | readonly Value[] | Fields;

export interface Fields {
  readonly [name: string]: Value;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isFields(value: Value): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In the order of their names, as Go walks through a map. */
export function entriesOf(fields: Fields): [string, Value][] {
  return Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Undefined for what does not stand there itself: `constructor` is the name of no field. */
export function fieldOf(fields: Fields, name: string): Value {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** What is empty is false. */
export function isTrue(value: Value): boolean {
  if (isList(value)) return value.length > 0;
  if (isFields(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

const TYPES = { bigint: 'int', number: 'float64', boolean: 'bool', string: 'string' } as const;

/** As Go calls it in its messages. */
export function typeOf(value: Value): string {
  if (value === undefined || value === null) return '<nil>';
  if (isList(value)) return '[]interface {}';
  if (isFields(value)) return 'map[string]interface {}';
  return TYPES[typeof value as keyof typeof TYPES];
}
