import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { target } from '../targets';

export function configure(command: Command, context: Context): void {
  command.argument('[machine]', 'default: the machine `default`').action(async (name: string | undefined) => {
    context.print(await (await target(context, name)).sshConfig());
  });
  command.addHelpText('after', '\nFor programs that read it: VS Code, rsync, ansible, scp.');
  examples(command, [
    ['hvkit ssh-config dev >> ~/.ssh/config && ssh dev', ''],
    ['hvkit ssh-config dev > dev.ssh && rsync -e "ssh -F dev.ssh" -a src/ dev:src/', ''],
  ]);
}
