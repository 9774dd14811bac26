import type { Command } from 'commander';

import type { Context } from '../context';
import { dockerTarget } from '../docker-target';
import { examples } from '../examples';

export function configure(command: Command, context: Context): void {
  command
    .argument('[machine]', 'default: the machine `default`')
    .option('--swarm', "the swarm's manager instead of the machine")
    .action(async (name: string | undefined, { swarm }: { swarm?: true }) => {
      const { dockerOptions } = require('../../index') as typeof import('../../index');
      const found = await dockerTarget(context, name, swarm);
      context.print(dockerOptions(found.name, found.docker));
    });
  examples(command, [['docker $(hvkit config dev) ps', '']]);
}
