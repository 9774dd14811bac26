import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { whilePrinting } from '../interrupt';

export function configure(command: Command, context: Context): void {
  command.action(async () => {
    await whilePrinting(context, async (signal) => {
      for await (const event of context.hvkit.events({ signal })) context.print(JSON.stringify(event));
    });
  });
  command.addHelpText(
    'after',
    '\nOne JSON object a line: time, event (created, removed, state), machine, uuid, driver; state and detail.',
  );
  examples(command, [
    ['hvkit events', 'until Ctrl-C'],
    ['hvkit events | jq -r \'select(.state == "Error").machine\'', ''],
  ]);
}
