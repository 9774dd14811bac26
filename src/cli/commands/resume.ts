import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { forEach, targets } from '../targets';

export function configure(command: Command, context: Context): void {
  command.argument('[machines...]', 'default: the machine `default`').action(async (given: string[]) => {
    await forEach(context, await targets(context, given), async (name) => {
      const machine = await context.hvkit.machine(name);
      await machine.resume();
      context.print(`Machine "${name}" goes on.`);
    });
  });
  examples(command, [
    ['hvkit resume dev', ''],
    ['hvkit resume web db', 'both at once'],
  ]);
}
