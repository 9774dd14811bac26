import type { Command } from 'commander';

/** A command line, and what is to be said of it where it does not speak for itself. */
export type Example = readonly [line: string, words: string];

const EXAMPLES = new WeakMap<Command, readonly Example[]>();

/** Adds examples to a command's help. */
export function examples(command: Command, lines: readonly Example[]): void {
  EXAMPLES.set(command, lines);
  const width = Math.max(...lines.map(([line]) => line.length));
  const text = lines.map(([line, words]) => `  ${words === '' ? line : `${line.padEnd(width)}  ${words}`}`);
  command.addHelpText('after', `\nExamples:\n${text.join('\n')}`);
}

/** For the documentation. */
export function examplesOf(command: Command): readonly Example[] {
  return EXAMPLES.get(command) ?? [];
}
