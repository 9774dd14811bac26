import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { interruptible } from '../interrupt';
import { collect } from '../option';

interface ImportFlags {
  only?: string[];
  acceptHostKeys?: true;
  asHosts?: true;
  dryRun?: true;
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
    .option('--as-hosts', 'machines of every driver as hosts that are reached by ssh, whoever starts and stops them')
    .option('--dry-run', 'say what would be taken over, and what could not be; nothing is written')
    .action(async (from: string | undefined, { only: names, acceptHostKeys, asHosts, dryRun }: ImportFlags) => {
      await interruptible(context, INTERRUPTED, async (signal) => {
        const outcomes = await context.hvkit.import({
          signal,
          ...(from !== undefined && { from }),
          ...(names !== undefined && { names }),
          ...(acceptHostKeys && { acceptHostKeys }),
          ...(asHosts && { asHosts }),
          ...(dryRun && { dryRun }),
        });
        for (const { name, driver, files, error } of outcomes) {
          if (error !== undefined) {
            context.failed(error, name);
            continue;
          }
          context.print(`Machine "${name}" (${driver ?? ''}) ${dryRun ? 'would be' : 'was'} taken over.`);
          if (files === undefined) continue;
          context.print(
            `  Its disks and keys stay in ${files}. It is docker-machine's as well: hvkit rm ${name} removes it for both.`,
          );
        }
      });
    });
  command.addHelpText(
    'after',
    `
The store is only read, and docker-machine can go on with it. Certificates are copied, and the keys of generic hosts. The driver of
any other machine is a program, docker-machine-driver-NAME on the PATH, which goes on with the machine where it is: what is started,
stopped or removed here is started, stopped or removed for docker-machine too. Without the program it is told of, and left.`,
  );
  examples(command, [
    ['hvkit import --dry-run', ''],
    ['hvkit import', ''],
    ['hvkit import --only ci /backup/docker-machine', ''],
    ['hvkit import --as-hosts --only box', 'a virtual machine that something else starts and stops'],
  ]);
}
