import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { graceOf, graceOption } from '../grace';
import { targets } from '../targets';
import { workOnEach } from '../work';

const INTERRUPTED = {
  first: 'Interrupted: waiting no longer. The machine may still shut down.',
  second: 'Interrupted again. See hvkit ls for what still runs.',
};

export function configure(command: Command, context: Context): void {
  command
    .argument('[machines...]', 'default: the machine `default`')
    .option('--all', 'every machine there is')
    .addOption(graceOption())
    .action(async (given: string[], { all, grace }: { all?: true; grace?: number }) => {
      await workOnEach(context, await targets(context, given, all), {
        doing: 'stopping',
        interrupted: INTERRUPTED,
        work: async (name, { signal }) => {
          const machine = await context.hvkit.machine(name);
          const stopped = (await machine.state({ signal })) === 'Stopped';
          await machine.stop({ signal, ...graceOf(grace) });
          return stopped ? `Machine "${name}" is already stopped.` : `Machine "${name}" was stopped.`;
        },
      });
    });
  examples(command, [
    ['hvkit stop dev', ''],
    ['hvkit stop --all', ''],
    ['hvkit stop --grace 5 dev', 'the plug is pulled after 5 seconds'],
  ]);
}
