import type { Command } from 'commander';

/** A command below another one: `image ls`. */
export function subcommand(command: Command, name: string, summary: string): Command {
  return command
    .helpCommand(false)
    .command(name)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .allowExcessArguments();
}
