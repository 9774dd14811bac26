import { Option, type Command } from 'commander';

import type { Context } from './context';
import { table } from './table';

export type Format = 'table' | 'json' | 'yaml';

export interface OutputOptions {
  output: Format;
}

/** Adds `-o table|json|yaml`. */
export function withOutput(command: Command, preset: Format = 'table'): Command {
  const option = new Option('-o, --output <format>', 'how it is printed').choices(['table', 'json', 'yaml']);
  return command.addOption(option.default(preset, preset));
}

/** The same for what is no table. */
export function jsonOrYaml(): Option {
  return new Option('-o, --output <format>', 'how it is printed').choices(['json', 'yaml']).default('json', 'json');
}

/** What is printed: plain data for programs, columns for people. */
export interface Printable {
  data: unknown;
  headings: readonly string[];
  rows: readonly (readonly string[])[];
}

export function printAs(context: Context, format: Format, { data, headings, rows }: Printable): void {
  if (format === 'table') context.print(table(headings, rows));
  else printData(context, format, data);
}

export function printData(context: Context, format: 'json' | 'yaml', data: unknown): void {
  const plain = toPlain(data);
  if (format === 'json') {
    context.print(JSON.stringify(plain, undefined, 4));
    return;
  }
  const { stringify } = require('yaml') as typeof import('yaml');
  context.print(stringify(plain));
}

/** Errors as what they say; all else as JSON has it. */
function toPlain(data: unknown): unknown {
  return JSON.parse(
    JSON.stringify(data, (_key, value: unknown) => {
      if (!(value instanceof Error)) return value;
      const { message, code, hint } = value as Error & { code?: string; hint?: string };
      return { code, message, hint };
    }),
  );
}
