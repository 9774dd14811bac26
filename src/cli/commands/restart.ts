import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { graceOf, graceOption } from '../grace';
import { targets } from '../targets';
import { workOnEach } from '../work';

const INTERRUPTED = {
  first: 'Interrupted: waiting no longer.',
  second: 'Interrupted again. See hvkit ls for what runs.',
};

export function configure(command: Command, context: Context): void {
  command
    .argument('[machines...]', 'default: the machine `default`')
    .addOption(graceOption())
    .action(async (given: string[], { grace }: { grace?: number }) => {
      await workOnEach(context, await targets(context, given), {
        doing: 'restarting',
        interrupted: INTERRUPTED,
        work: async (name, options) => {
          const machine = await context.hvkit.machine(name);
          await machine.restart({ ...options, ...graceOf(grace) });
          return `Machine "${name}" was restarted.`;
        },
      });
    });
  examples(command, [
    ['hvkit restart dev', ''],
    ['hvkit restart web db', 'both at once'],
  ]);
}
