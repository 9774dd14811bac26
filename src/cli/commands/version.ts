import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { wholeNumber } from '../option';
import { failure, hintOf, messageOf } from '../report';
import { versionLine } from '../version';

const MS = 1000;

export function configure(command: Command, context: Context): void {
  command
    .argument('[machine]', "print the version of this machine's Docker instead")
    .option('-t, --timeout <seconds>', 'how long its Docker may take to answer', wholeNumber, 10)
    .action(async (name: string | undefined, { timeout }: { timeout: number }) => {
      if (name === undefined) {
        context.print(versionLine(context.face));
        return;
      }
      const machine = await context.hvkit.machine(name);
      try {
        context.print(await machine.dockerVersion({ timeoutMs: timeout * MS }));
      } catch (cause) {
        // In docker-machine's words, which scripts look for.
        const message = `Unable to query docker version: ${messageOf(cause)}`;
        throw failure({ code: 'ERR_DOCKER_VERSION', message, hint: hintOf(cause), cause });
      }
    });
  examples(command, [
    ['hvkit version', ''],
    ['hvkit version dev', 'of its Docker: 24.0.7'],
  ]);
}
