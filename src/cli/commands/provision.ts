import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { targets } from '../targets';
import { workOnEach } from '../work';

const INTERRUPTED = {
  first: 'Interrupted: ending the step that is under way.',
  second: 'Interrupted again. The next hvkit provision goes on where this one stopped.',
};

export function configure(command: Command, context: Context): void {
  command.argument('[machines...]', 'default: the machine `default`').action(async (given: string[]) => {
    await workOnEach(context, await targets(context, given), {
      doing: 'provisioning',
      interrupted: INTERRUPTED,
      work: async (name, options) => {
        const machine = await context.hvkit.machine(name);
        await machine.provision(options);
        return `Machine "${name}" is a Docker host.`;
      },
    });
  });
  command.addHelpText(
    'after',
    '\nEach step is done only as far as there is something to do: what was interrupted goes on, what was changed by hand is put right.',
  );
  examples(command, [['hvkit provision dev', '']]);
}
