import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { versionLine } from '../version';

export function configure(command: Command, context: Context): void {
  command.action(() => {
    context.print(versionLine(context.face));
  });
  examples(command, [['hvkit version', '']]);
}
