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
        await pipeline(await machine.logs({ follow, signal }), context.stdout, { end: false, signal });
      });
    });
  examples(command, [
    ['hvkit logs dev', ''],
    ['hvkit logs -f dev', 'until Ctrl-C'],
  ]);
}
