import type { Command } from 'commander';

import { CATALOGUE } from '../catalogue';
import type { Context } from '../context';
import { examples } from '../examples';
import { programFor } from '../program';

export function configure(command: Command, context: Context): void {
  command.argument('[topic...]').action(async (words: string[]) => {
    // As if --help stood behind them; of a command that there is not, commander says which comes near.
    const known = words.length === 0 || CATALOGUE.some(({ name }) => name === words[0]);
    const argv = known ? [...words, '--help'] : words;
    await (await programFor(argv, context)).parseAsync(argv, { from: 'user' });
  });
  examples(command, [
    ['hvkit help create', ''],
    ['hvkit help image pull', ''],
  ]);
}
