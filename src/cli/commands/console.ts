import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { attach } from '../terminal';
import { target } from '../targets';

export function configure(command: Command, context: Context): void {
  command.argument('[machine]', 'default: the machine `default`').action(async (name: string | undefined) => {
    const machine = await target(context, name);
    const stream = await machine.console();
    context.say(`Attached to the console of "${machine.name}". Ctrl-] detaches.`);
    const detached = await attach(context, stream);
    context.say(detached ? '\r\nDetached.' : '\r\nThe console was closed.');
  });
  command.addHelpText(
    'after',
    `
Ctrl-] detaches, and the machine goes on. One program at a time can be attached; hvkit logs shows what was printed before.`,
  );
  examples(command, [['hvkit console dev', '']]);
}
