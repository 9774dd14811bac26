import type { Value } from './value';

/** A template, read. */
export type Node =
  | { type: 'text'; text: string }
  | { type: 'action'; pipe: Pipe }
  | { type: 'if' | 'with' | 'range'; pipe: Pipe; body: readonly Node[]; otherwise: readonly Node[] }
  | { type: 'break' | 'continue' };

/** `$name := .Field | printf "%s"` */
export interface Pipe {
  /** Without their `$`. */
  variables: readonly string[];
  /** `=`, which changes a variable, and not `:=`, which makes one. */
  assigns: boolean;
  commands: readonly Command[];
}

/** What is called or named, and its arguments. */
export type Command = readonly [Operand, ...Operand[]];

export type Operand =
  | { type: 'dot' | 'nil'; source: string }
  | { type: 'constant'; value: Value; source: string }
  | { type: 'function'; name: string; source: string }
  | { type: 'field'; path: readonly string[]; source: string }
  | { type: 'variable'; name: string; path: readonly string[]; source: string }
  | { type: 'pipe'; pipe: Pipe; path: readonly string[]; source: string };
