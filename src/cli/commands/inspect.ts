import type { Command } from 'commander';

import type { Machine } from '../../index';
import type { Context } from '../context';
import { examples } from '../examples';
import { jsonOrYaml, printData } from '../output';
import { UsageError } from '../report';
import { target } from '../targets';

interface InspectOptions {
  output: 'json' | 'yaml';
  format?: string;
}

export function configure(command: Command, context: Context): void {
  command
    .argument('[machine]', 'default: the machine `default`')
    .addOption(jsonOrYaml())
    .option('-f, --format <template>', "a template of Go's, of hvkit's names and of docker-machine's")
    .action(async (name: string | undefined, { output, format }: InspectOptions) => {
      if (format !== undefined && command.getOptionValueSource('output') === 'cli') {
        throw new UsageError('--format and --output exclude each other', "hvkit inspect -f '{{.Driver.IPAddress}}'");
      }
      // What is wrong with a template is told before anything is looked for.
      const filled = format === undefined ? undefined : late().template(format);
      const machine = await target(context, name);
      if (filled === undefined) {
        const { name: face } = context.face;
        printData(context, output, face === 'docker-machine' ? scriptData(machine, context) : machine.inspect());
        return;
      }
      const { templateData } = inspection();
      context.print(`${filled.execute(templateData(machine, context.hvkit.home), { missing: 'no value' })}\n`);
    });
  command.addHelpText(
    'after',
    '\nOf user data, which may hold passwords, its length and digest are shown; the text is in machine.json of its folder.',
  );
  examples(command, [
    ['hvkit inspect dev', ''],
    ["hvkit inspect dev | jq -r '.spec.image'", ''],
    ["hvkit inspect -f '{{.Driver.IPAddress}}' dev", "docker-machine's names"],
    ["hvkit inspect -f '{{json .spec}}' dev", "hvkit's own"],
  ]);
}

/** As templates see it, so that `jq .Driver.IPAddress` finds what it looks for. */
function scriptData(machine: Machine, { hvkit }: Context): unknown {
  const { json } = require('../template/json') as typeof import('../template/json');
  return JSON.parse(json(inspection().templateData(machine, hvkit.home))) as unknown;
}

function inspection(): typeof import('../docker-machine/inspected') {
  return require('../docker-machine/inspected') as typeof import('../docker-machine/inspected');
}

function late(): typeof import('../template') {
  return require('../template') as typeof import('../template');
}
