import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { jsonOrYaml, printData } from '../output';
import { target } from '../targets';

export function configure(command: Command, context: Context): void {
  command
    .argument('[machine]', 'default: the machine `default`')
    .addOption(jsonOrYaml())
    .action(async (name: string | undefined, { output }: { output: 'json' | 'yaml' }) => {
      printData(context, output, (await target(context, name)).inspect());
    });
  command.addHelpText(
    'after',
    '\nOf user data, which may hold passwords, its length and digest are shown; the text is in machine.json of its folder.',
  );
  examples(command, [
    ['hvkit inspect dev', ''],
    ["hvkit inspect dev | jq -r '.spec.image'", ''],
  ]);
}
