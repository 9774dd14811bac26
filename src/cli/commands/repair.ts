import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { describeFinding } from '../findings';
import { interruptible } from '../interrupt';
import { printData, withOutput, type OutputOptions } from '../output';
import { showing } from '../progress';

const INTERRUPTED = {
  first: 'Interrupted: ending the step that is under way.',
  second: 'Interrupted again. What is left is known: the next hvkit repair goes on.',
};

export function configure(command: Command, context: Context): void {
  withOutput(command)
    .argument('[machines...]', 'default: every machine, and what belongs to none')
    .action(async (names: string[], { output }: OutputOptions) => {
      await interruptible(context, INTERRUPTED, (signal) =>
        showing(context, async (view) => {
          const onProgress = view.update.bind(view);
          const findings = await context.hvkit.repair({ signal, onProgress, ...(names.length > 0 && { names }) });
          if (output !== 'table') printData(context, output, findings);
          else if (findings.length === 0) context.print('All is as it should be.');
          else for (const line of new Set(findings.map(describeFinding))) context.tell(line);
          context.status = findings.every(({ mended }) => mended === true) ? 0 : 1;
        }),
      );
    });
  command.addHelpText('after', '\nExit status: 0 all is well now, 1 something could not be mended.');
  examples(command, [
    ['hvkit repair', ''],
    ['hvkit repair dev', ''],
  ]);
}
