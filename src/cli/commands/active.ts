import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { wholeNumber } from '../option';
import { failure } from '../report';

const MS = 1000;

export function configure(command: Command, context: Context): void {
  command
    .option('-t, --timeout <seconds>', 'how long a machine may take to answer', wholeNumber, 10)
    .action(async ({ timeout }: { timeout: number }) => {
      const { isActive } = require('../docker-machine/item') as typeof import('../docker-machine/item');
      const pointed = context.env['DOCKER_HOST'];
      const machines = await context.hvkit.list({ timeoutMs: timeout * MS, docker: 'url' });
      const active = machines.find((machine) => isActive(machine, pointed));
      if (active !== undefined) {
        context.print(active.name);
        return;
      }
      const isLate = machines.some(({ state }) => state === 'Timeout');
      throw failure({
        code: 'ERR_NO_ACTIVE',
        message: isLate ? 'Error getting active host: timeout' : 'No active host found',
        hint: 'eval "$(hvkit env NAME)" makes it that one.',
      });
    });
  examples(command, [['hvkit active', '']]);
}
