import { evaluate } from './evaluate';
import { parse } from './parse';
import type { Value } from './value';

export interface ExecuteOptions {
  /** What to make of a field that there is not. As of Go's structs it is an error; as of its maps it is `<no value>`. */
  missing: 'error' | 'no value';
}

export interface Template {
  execute(data: Value, options: ExecuteOptions): string;
}

/** Go's text/template, as docs/docker-machine.md promises it. A template that is wrong is a UsageError. */
export function template(source: string): Template {
  const nodes = parse(source);
  return { execute: (data, options) => evaluate(nodes, data, options) };
}
