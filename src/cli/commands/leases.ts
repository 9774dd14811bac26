import type { Command } from 'commander';

import type { Lease } from '../../index';
import type { Context } from '../context';
import { examples } from '../examples';
import { printAs, withOutput, type OutputOptions } from '../output';
import { subcommand } from '../subcommand';
import { forEach } from '../targets';

const HEADINGS = ['ADDRESS', 'NETWORK', 'MAC', 'HOSTNAME', 'EXPIRES', 'MACHINE'];
const MS = 1000;

export function configure(command: Command, context: Context): void {
  withOutput(subcommand(command, 'ls', 'list the leases of our networks', [['hvkit leases ls', '']])).action(
    async ({ output }: OutputOptions) => {
      print(context, output, await context.hvkit.leases.list());
    },
  );

  subcommand(command, 'release', 'give addresses back', [['hvkit leases release 192.168.150.7', '']])
    .argument('<addresses...>')
    .action(async (addresses: string[]) => {
      await forEach(context, addresses, async (address) => {
        await context.hvkit.leases.release(address);
        context.print(`Released ${address}`);
      });
    });

  withOutput(
    subcommand(command, 'prune', 'release those that belong to no machine', [
      ['hvkit leases prune --dry-run', 'says which'],
      ['hvkit leases prune', ''],
    ]),
  )
    .option('--dry-run', 'say which, and release none')
    .action(async ({ output, dryRun = false }: OutputOptions & { dryRun?: boolean }) => {
      print(context, output, await context.hvkit.leases.prune({ dryRun }));
    });

  examples(command, [
    ['hvkit leases ls', ''],
    ['hvkit leases prune --dry-run', ''],
    ['hvkit leases release 192.168.150.7', ''],
  ]);
}

function print(context: Context, output: OutputOptions['output'], leases: readonly Lease[]): void {
  printAs(context, output, { data: leases, headings: HEADINGS, rows: leases.map(row) });
}

function row({ address, network, mac, hostname, expires, machine }: Lease): string[] {
  const until = expires === 0 ? 'never' : new Date(expires * MS).toISOString();
  return [address, network, mac, hostname ?? '-', until, machine ?? '-'];
}
