import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { targets } from '../targets';
import { workOnEach } from '../work';

const INTERRUPTED = {
  first: 'Interrupted: waiting no longer.',
  second: 'Interrupted again. What was started may go on running: see hvkit ls.',
};

export function configure(command: Command, context: Context): void {
  command
    .argument('[machines...]', 'default: the machine `default`')
    .option('--all', 'every machine there is')
    .action(async (given: string[], { all }: { all?: true }) => {
      await workOnEach(context, await targets(context, given, all), {
        doing: 'starting',
        interrupted: INTERRUPTED,
        work: async (name, options) => {
          const machine = await context.hvkit.machine(name);
          const running = (await machine.state(options)) === 'Running';
          await machine.start(options);
          return running ? `Machine "${name}" is already running.` : `Machine "${name}" was started.`;
        },
      });
    });
  examples(command, [
    ['hvkit start dev', ''],
    ['hvkit start web db', 'both at once'],
    ['hvkit start --all', ''],
  ]);
}
