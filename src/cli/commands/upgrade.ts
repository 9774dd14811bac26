import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { targets } from '../targets';
import { workOnEach } from '../work';

const INTERRUPTED = {
  first: 'Interrupted: ending the step that is under way.',
  second: 'Interrupted again. The next hvkit upgrade goes on where this one stopped.',
};

export function configure(command: Command, context: Context): void {
  command.argument('[machines...]', 'default: the machine `default`').action(async (given: string[]) => {
    await workOnEach(context, await targets(context, given), {
      doing: 'upgrading Docker',
      interrupted: INTERRUPTED,
      work: async (name, options) => {
        const machine = await context.hvkit.machine(name);
        const { before, after } = await machine.upgradeDocker(options);
        return before === after
          ? `Machine "${name}" has the newest Docker already, ${after}.`
          : `Machine "${name}" has Docker ${after} now; it had ${before}.`;
      },
    });
  });
  command.addHelpText(
    'after',
    "\nOf what its system's packages have. hvkit's own image has none: hvkit image build docker, and a new machine.",
  );
  examples(command, [['hvkit upgrade dev', '']]);
}
