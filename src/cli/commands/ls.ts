import type { Command } from 'commander';

import type { MachineSummary } from '../../index';
import type { Context } from '../context';
import { examples } from '../examples';
import { matcher } from '../filter';
import { collect, wholeNumber } from '../option';
import { printAs, withOutput, type OutputOptions } from '../output';
import { messageOf } from '../report';
import { megabytes } from '../size';

interface LsOptions extends OutputOptions {
  quiet?: true;
  timeout: number;
  filter?: string[];
}

const HEADINGS = ['NAME', 'DRIVER', 'STATE', 'ADDRESS', 'IMAGE', 'CPUS', 'MEMORY', 'ERRORS'];
const MS = 1000;

export function configure(command: Command, context: Context): void {
  withOutput(command)
    .option('-q, --quiet', 'print the names alone')
    .option('-t, --timeout <seconds>', 'how long a machine may take to tell its state', wholeNumber, 10)
    .option(
      '--filter <key=value>',
      'only those whose driver, state or name (a regular expression) is this; may be repeated: several of one key are ' +
        'alternatives',
      collect,
    )
    .action(async (options: LsOptions) => {
      const matches = matcher(options.filter ?? []);
      const all = await context.hvkit.list({ timeoutMs: options.timeout * MS });
      const machines = all.filter(matches);
      if (options.quiet) {
        for (const { name } of machines) context.print(name);
        return;
      }
      printAs(context, options.output, { data: machines, headings: HEADINGS, rows: machines.map(row) });
      if (all.length === 0 && context.stdout.isTTY === true) context.say('No machines yet. Try: hvkit create dev');
    });
  examples(command, [
    ['hvkit ls', ''],
    ['hvkit ls --filter state=Running --filter name=^web', 'those that run, and whose name begins with web'],
    ['hvkit ls -q | xargs hvkit stop', ''],
    ['hvkit ls -o json', 'for programs'],
  ]);
}

function row({ name, driver, state, address, spec, error, reason }: MachineSummary): string[] {
  return [
    name,
    driver ?? '-',
    state,
    state === 'Running' ? addressText(address) : '-',
    spec?.image ?? '-',
    spec === undefined ? '-' : String(spec.cpus),
    spec === undefined ? '-' : megabytes(spec.memory),
    error === undefined ? (reason ?? '') : messageOf(error),
  ];
}

function addressText(address: MachineSummary['address']): string {
  if (address === undefined) return '-';
  const { host, sshPort } = address;
  return sshPort === 22 ? host : `${host}:${sshPort}`;
}
