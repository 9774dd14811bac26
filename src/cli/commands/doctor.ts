import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { describeFinding } from '../findings';
import { printData, withOutput, type OutputOptions } from '../output';

export function configure(command: Command, context: Context): void {
  withOutput(command)
    .argument('[machines...]', 'default: every machine, and what belongs to none')
    .action(async (names: string[], { output }: OutputOptions) => {
      const findings = await context.hvkit.doctor(names.length > 0 ? { names } : {});
      if (output !== 'table') printData(context, output, findings);
      else if (findings.length === 0) context.print('All is as it should be.');
      else for (const line of new Set(findings.map(describeFinding))) context.tell(line);
      context.status = findings.length === 0 ? 0 : 1;
    });
  command.addHelpText('after', '\nIt changes nothing. Exit status: 0 all is well, 1 something is not.');
  examples(command, [
    ['hvkit doctor', ''],
    ['hvkit doctor dev', ''],
    ['hvkit repair', 'puts right what doctor finds'],
  ]);
}
