import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { printData, withOutput, type OutputOptions } from '../output';
import { forEach, targets } from '../targets';

export function configure(command: Command, context: Context): void {
  withOutput(command)
    .argument('[machines...]', 'default: the machine `default`')
    .action(async (names: string[], { output }: OutputOptions) => {
      const found = new Map<string, string>();
      const wanted = await targets(context, names);
      await forEach(context, wanted, async (name) => {
        const machine = await context.hvkit.machine(name);
        found.set(name, (await machine.docker()).url);
      });
      // In the order in which they were asked for, whichever answered first.
      const answers = wanted.flatMap((name) => {
        const url = found.get(name);
        return url === undefined ? [] : [{ name, url }];
      });
      if (output !== 'table') printData(context, output, answers);
      else for (const { url } of answers) context.print(url);
    });
  examples(command, [['hvkit url dev', '']]);
}
