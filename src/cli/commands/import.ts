import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { interruptible } from '../interrupt';
import { collect } from '../option';

interface ImportFlags {
  only?: string[];
  acceptHostKeys?: true;
  asHosts?: true;
}

const INTERRUPTED = {
  first: 'Interrupted: ending with the machine that is under way.',
  second: 'Interrupted again. What was taken over by now is whole.',
};

export function configure(command: Command, context: Context): void {
  command
    .argument('[folder]', "docker-machine's store (MACHINE_STORAGE_PATH; default: ~/.docker/machine)")
    .option('--only <name>', 'this machine alone; repeatable', collect)
    .option(
      '--accept-host-keys',
      'take the ssh host keys that hosts show now for their own: docker-machine has kept none',
    )
    .option('--as-hosts', 'machines of hypervisors that hvkit does not run, as hosts that it reaches by ssh')
    .action(async (from: string | undefined, { only: names, acceptHostKeys, asHosts }: ImportFlags) => {
      await interruptible(context, INTERRUPTED, async (signal) => {
        const outcomes = await context.hvkit.import({
          signal,
          ...(from !== undefined && { from }),
          ...(names !== undefined && { names }),
          ...(acceptHostKeys && { acceptHostKeys }),
          ...(asHosts && { asHosts }),
        });
        for (const { name, driver, error } of outcomes) {
          if (error === undefined) context.print(`Machine "${name}" (${driver ?? ''}) was taken over.`);
          else context.failed(error, name);
        }
      });
    });
  command.addHelpText(
    'after',
    `
The store is only read, and docker-machine can go on with it. Keys and certificates are copied. A machine whose hypervisor hvkit
does not run is told of, and left.`,
  );
  examples(command, [
    ['hvkit import', ''],
    ['hvkit import --only ci /backup/docker-machine', ''],
  ]);
}
