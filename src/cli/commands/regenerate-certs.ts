import type { Command } from 'commander';

import { confirm } from '../confirm';
import type { Context } from '../context';
import { examples } from '../examples';
import { targets } from '../targets';
import { workOnEach } from '../work';

interface RegenerateOptions {
  force?: true;
  clientCerts?: true;
}

const INTERRUPTED = {
  first: 'Interrupted: ending the step that is under way.',
  second: 'Interrupted again. The same hvkit regenerate-certs begins anew.',
};

export function configure(command: Command, context: Context): void {
  command
    .argument('[machines...]', 'default: the machine `default`')
    .option('-f, --force', 'do not ask')
    .option('--client-certs', "also a new CA, and a new certificate of this host's docker client")
    .action(async (given: string[], { force, clientCerts }: RegenerateOptions) => {
      const names = await targets(context, given);
      const question = 'Regenerate TLS machine certs?  Warning: this is irreversible.';
      if (!force && !(await confirm(context, question, `hvkit regenerate-certs -f ${names.join(' ')}`))) return;
      if (clientCerts) await context.hvkit.rotateCertificates();
      await workOnEach(context, names, {
        doing: 'making new certificates',
        interrupted: INTERRUPTED,
        work: async (name, options) => {
          const machine = await context.hvkit.machine(name);
          await machine.regenerateCertificates(options);
          return `Machine "${name}" has new certificates.`;
        },
      });
    });
  command.addHelpText(
    'after',
    `
Docker in the machine is restarted for it; containers with a restart policy come up again. With --client-certs the old CA stays
trusted until every machine has certificates of the new one.`,
  );
  examples(command, [
    ['hvkit regenerate-certs -f dev', ''],
    ['hvkit regenerate-certs -f --client-certs dev', ''],
  ]);
}
