import { pipeline } from 'node:stream/promises';

import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { whilePrinting } from '../interrupt';
import { target } from '../targets';

export function configure(command: Command, context: Context): void {
  command
    .argument('[machine]', 'default: the machine `default`')
    .option('-f, --follow', 'go on with what is printed from now on')
    .action(async (name: string | undefined, { follow = false }: { follow?: boolean }) => {
      await whilePrinting(context, async (signal) => {
        const machine = await target(context, name);
        const { harmless } = require('../harmless') as typeof import('../harmless');
        // Whoever reads it from a file or a pipe gets it byte for byte.
        const ways = context.stdout.isTTY === true ? [harmless()] : [];
        await pipeline([await machine.logs({ follow, signal }), ...ways, context.stdout], { end: false, signal });
      });
    });
  command.addHelpText(
    'after',
    `
On a terminal without what would move its cursor or ask it something; into a file or a pipe byte for byte.`,
  );
  examples(command, [
    ['hvkit logs dev', ''],
    ['hvkit logs -f dev', 'until Ctrl-C, or until the machine is removed'],
  ]);
}
