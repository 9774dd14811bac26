import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { inMachine } from '../remote';
import { UsageError } from '../report';
import { target } from '../targets';

export function configure(command: Command, context: Context): void {
  command
    .argument('[machine]', 'default: the machine `default`')
    .argument('[command...]', "run this instead of a shell; or options of the system's ssh, and a command behind them")
    .passThroughOptions()
    .action(async (name: string | undefined, remote: string[]) => {
      const words = remote[0] === '--' ? remote.slice(1) : remote;
      const { stdin, stdout, stderr, nativeSsh, readerGone } = context;
      // The system's ssh knows no streams but the process' own.
      const isTerminal = stdin === process.stdin && stdout === process.stdout;
      const isOption = words[0]?.startsWith('-') ?? false;
      if (isOption && (words !== remote || nativeSsh || !isTerminal)) {
        throw new UsageError(
          `"${words[0] ?? ''}" is an option of the system's ssh, and no command`,
          `hvkit ssh-config ${name ?? 'default'} > dev.ssh && ssh -F dev.ssh ${words[0] ?? ''} ... ${name ?? 'default'}`,
        );
      }
      const machine = await target(context, name);
      await inMachine(context, () =>
        machine.shell({
          native: nativeSsh,
          signal: readerGone,
          ...(isOption && { passed: words }),
          ...(!isOption && words.length > 0 && { command: words }),
          ...(!isTerminal && { terminal: { stdin, stdout, stderr } }),
        }),
      );
    });
  command.addHelpText(
    'after',
    `
The command is one line for the shell of the guest, as with ssh. The exit status is the remote one; 128 and its number if a
signal ended it; 127: not found; 255: no connection. For scripts, hvkit exec keeps arguments as they are.`,
  );
  examples(command, [
    ['hvkit ssh dev', ''],
    ['hvkit ssh dev uname -a', ''],
    ["hvkit ssh dev 'cd /srv && ls | wc -l'", ''],
    ['hvkit ssh dev -N -L 8080:localhost:80', "options of the system's ssh"],
  ]);
}
