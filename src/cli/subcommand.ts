import type { Command } from 'commander';

import { examples, type Example } from './examples';

/** A command below another one: `image ls`. */
export function subcommand(command: Command, name: string, summary: string, lines: readonly Example[]): Command {
  const below = command
    .helpCommand(false)
    .command(name)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .allowExcessArguments();
  examples(below, lines);
  return below;
}
