import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { interruptible } from '../interrupt';
import { inMachine } from '../remote';
import { UsageError } from '../report';

interface ExecFlags {
  /** Commander's word for --no-stdin. */
  stdin: boolean;
}

export function configure(command: Command, context: Context): void {
  command
    .argument('[machine]')
    .argument('[command]')
    .argument('[arguments...]')
    .option('-n, --no-stdin', 'give it no input: for loops that read a list')
    .passThroughOptions()
    .action(async (name: string | undefined, program: string | undefined, args: string[], { stdin }: ExecFlags) => {
      const given = program === undefined ? [] : [program, ...args];
      const [first, ...others] = given[0] === '--' ? given.slice(1) : given;
      if (name === undefined || first === undefined) {
        throw new UsageError('A machine and a command are needed', 'hvkit exec dev uname -a');
      }
      const words = {
        first: 'Interrupted: ending the command.',
        second: 'Interrupted again. It may go on in the guest.',
      };
      await interruptible(context, words, async (interrupted) => {
        const machine = await context.hvkit.machine(name);
        await inMachine(context, async () => {
          const { status } = await machine.exec(first, others, {
            signal: AbortSignal.any([interrupted, context.readerGone]),
            input: stdin ? context.stdin : '',
            stdout: context.stdout,
            stderr: context.stderr,
          });
          return status;
        });
      });
    });
  command.addHelpText(
    'after',
    `
Each argument reaches the command as it is, spaces and all; input and output are passed through, with no terminal between. The
exit status is the remote one; 128 and its number if a signal ended it; 127: not found; 255: no connection.`,
  );
  examples(command, [
    ['hvkit exec dev uname -a', ''],
    ['hvkit exec dev sh -c \'echo "$HOME"\'', 'a shell of the guest'],
    ['tar c src | hvkit exec dev tar x -C /tmp', ''],
  ]);
}
