import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { UsageError } from '../report';
import { dockerTarget } from '../docker-target';

interface EnvOptions {
  shell?: string;
  unset?: true;
  proxy: boolean;
  swarm?: true;
}

export function configure(command: Command, context: Context): void {
  command
    .argument('[machine]', 'default: the machine `default`')
    .option('--shell <shell>', 'bash, zsh, sh, fish, tcsh, powershell, cmd or emacs (default: the one that asks)')
    .option('-u, --unset', 'take the variables back')
    .option('--no-proxy', 'also name the machine in NO_PROXY')
    .option('--swarm', "the swarm's manager instead of the machine")
    .action(async (name: string | undefined, { shell, unset, proxy, swarm }: EnvOptions) => {
      const { dockerEnvironment, dockerReset } = require('../../index') as typeof import('../../index');
      const words = [context.face.name, ...(context.argv ?? [])];
      const wanted = { shell, noProxy: !proxy, command: words, env: context.env };
      if (unset) {
        if (name !== undefined) throw new UsageError('Expected no machine name when the -u flag is present');
        context.print(dockerReset(wanted));
        return;
      }
      const found = await dockerTarget(context, name, swarm);
      context.print(dockerEnvironment(found.name, found.docker, wanted));
    });
  examples(command, [
    ['eval "$(hvkit env dev)"', 'bash, zsh'],
    ['hvkit env dev | source', 'fish'],
    ['eval "$(hvkit env -u)"', 'the docker of this host again'],
  ]);
}
