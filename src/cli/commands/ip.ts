import type { Command } from 'commander';

import type { Address } from '../../index';
import type { Context } from '../context';
import { examples } from '../examples';
import { printData, withOutput, type OutputOptions } from '../output';
import { forEach, targets } from '../targets';

export function configure(command: Command, context: Context): void {
  withOutput(command)
    .argument('[machines...]', 'default: the machine `default`')
    .action(async (names: string[], { output }: OutputOptions) => {
      const found = new Map<string, Address>();
      const wanted = await targets(context, names);
      await forEach(context, wanted, async (name) => {
        const machine = await context.hvkit.machine(name);
        found.set(name, await machine.address());
      });
      // In the order in which they were asked for, whichever answered first.
      const answers = wanted.flatMap((name) => {
        const address = found.get(name);
        if (address === undefined) return [];
        const { host: ip, sshPort, ports } = address;
        return [{ name, ip, sshPort, ...(ports && { ports }) }];
      });
      if (output !== 'table') printData(context, output, answers);
      else for (const { ip } of answers) context.print(ip);
    });
  examples(command, [
    ['hvkit ip dev', ''],
    ['ping "$(hvkit ip dev)"', ''],
    ['hvkit ip -o json dev', 'with the ports of 127.0.0.1 that lead to it, in the network user'],
  ]);
}
