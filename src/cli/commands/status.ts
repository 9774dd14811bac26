import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { printData, withOutput, type OutputOptions } from '../output';
import { target } from '../targets';

export function configure(command: Command, context: Context): void {
  withOutput(command)
    .argument('[machine]', 'default: the machine `default`')
    .action(async (name: string | undefined, { output }: OutputOptions) => {
      const machine = await target(context, name);
      const state = await machine.state();
      if (output === 'table') context.print(state);
      else printData(context, output, { name: machine.name, state });
    });
  command.addHelpText('after', `\nStates: Running, Paused, Saved, Stopped, Stopping, Starting, Error, Timeout.`);
  examples(command, [
    ['hvkit status dev', ''],
    ['hvkit status dev -o json', ''],
  ]);
}
