import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';

export function configure(command: Command, context: Context): void {
  command
    .argument('<driver>', 'one that wants something of root on this host')
    .option('--uninstall', 'take it away again')
    .action(async (driver: string, { uninstall }: { uninstall?: true }) => {
      const onStep = (line: string): void => {
        context.tell(line);
      };
      if (uninstall) await context.hvkit.uninstall(driver, { onStep });
      else await context.hvkit.setup(driver, { onStep });
    });
  command.addHelpText('after', '\nIt can be run again at any time: what is as it should be is left alone.');
  examples(command, [
    ['sudo hvkit setup xhyve', 'the helper that gives your machines vmnet, so that hvkit itself needs no root'],
    ['sudo hvkit setup xhyve --uninstall', ''],
  ]);
}
