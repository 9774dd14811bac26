import type { Command } from 'commander';

import type { Json, Setting } from '../../index';
import type { Context } from '../context';
import { examples } from '../examples';
import { printAs, withOutput, type OutputOptions } from '../output';
import { subcommand } from '../subcommand';

const HEADINGS = ['KEY', 'VALUE', 'FROM', 'DESCRIPTION'];

export function configure(command: Command, context: Context): void {
  withOutput(
    subcommand(command, 'list', 'print all settings, and where they come from', [['hvkit settings list', '']]),
  ).action(async ({ output }: OutputOptions) => {
    const settings = await context.hvkit.settings.list();
    printAs(context, output, { data: settings, headings: HEADINGS, rows: settings.map(row) });
  });

  subcommand(command, 'get', 'print one', [['hvkit settings get memory', 'exit status 1: it has no value']])
    .argument('<key>')
    .action(async (key: string) => {
      const value = await context.hvkit.settings.get(key);
      // Not set: nothing is printed, and a script sees it by the status.
      if (value === undefined) context.status = 1;
      else context.print(text(value));
    });

  subcommand(command, 'set', 'set one in config.yaml', [
    ['hvkit settings set memory 2G', ''],
    ['hvkit settings set kvm.uri qemu:///session', "a driver's own"],
  ])
    .argument('<key>')
    .argument('<value>')
    .action(async (key: string, value: string) => {
      await context.hvkit.settings.set(key, value);
    });

  subcommand(command, 'unset', 'go back to the default', [['hvkit settings unset memory', '']])
    .argument('<key>')
    .action(async (key: string) => {
      await context.hvkit.settings.unset(key);
    });

  command.addHelpText(
    'after',
    '\nA flag stands before a variable of the environment, and that before config.yaml in the home. The variables: HVKIT_MEMORY,\n' +
      "HVKIT_SSH_KEY and so on; of a driver's settings KVM_CACHE_MODE and so on.",
  );
  examples(command, [
    ['hvkit settings list', ''],
    ['hvkit settings set memory 2G', ''],
    ['hvkit settings unset memory', ''],
  ]);
}

function row({ key, value, source, description }: Setting): string[] {
  return [key, value === undefined ? '-' : text(value), source, description];
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
