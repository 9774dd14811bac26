import { entriesOf, isFields, isList, type Value } from './value';

const ESCAPED = /[<>&\u2028\u2029]/g;

/** As Go's encoding/json: names in order, and nothing in it that HTML would take for its own. */
export function json(value: Value, indent?: number): string {
  return JSON.stringify(ordered(value), undefined, indent).replace(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function ordered(value: Value): unknown {
  if (isList(value)) return value.map(ordered);
  if (isFields(value)) return Object.fromEntries(entriesOf(value).map(([name, each]) => [name, ordered(each)]));
  if (typeof value === 'bigint') return Number(value);
  return value ?? null;
}
