import { Option, type Command } from 'commander';

import type { ListOptions, MachineSummary } from '../../index';
import type { Context } from '../context';
import { examples } from '../examples';
import { matcher } from '../filter';
import { collect, wholeNumber } from '../option';
import { printAs } from '../output';
import { messageOf, UsageError } from '../report';
import { megabytes } from '../size';

type ItemFormat = import('../docker-machine/format').ItemFormat;

interface LsOptions {
  output: 'table' | 'wide' | 'json' | 'yaml';
  format?: string;
  quiet?: true;
  timeout: number;
  filter?: string[];
}

const HEADINGS = ['NAME', 'DRIVER', 'STATE', 'ADDRESS', 'IMAGE', 'CPUS', 'MEMORY', 'ERRORS'];
const WIDE = [...HEADINGS.slice(0, -1), 'URL', 'DOCKER', 'CERTIFICATE', 'ERRORS'];
const MS = 1000;

export function configure(command: Command, context: Context): void {
  const isOwn = context.face.name === 'hvkit';
  const own = isOwn ? 'the table' : "docker-machine's columns";
  command
    .addOption(
      new Option('-o, --output <format>', "how it is printed; wide is a table with each machine's Docker")
        .choices(['table', 'wide', 'json', 'yaml'])
        .default('table', 'table'),
    )
    .option(
      '-f, --format <template>',
      `a template of Go's for each machine, with "table " in front under headings; default: ${own}`,
    )
    .option('-q, --quiet', 'print the names alone')
    .option('-t, --timeout <seconds>', 'how long a machine may take to answer', wholeNumber, 10)
    .option(
      '--filter <key=value>',
      'only those whose driver, state, name (a regular expression), label or swarm (the name of its master) is this; may be ' +
        'repeated: several of one key are alternatives',
      collect,
    )
    .action(async (options: LsOptions) => {
      const isChosen = command.getOptionValueSource('output') === 'cli';
      if (options.format !== undefined && isChosen) {
        throw new UsageError('--format and --output exclude each other', "hvkit ls -f '{{.Name}}: {{.State}}'");
      }
      const matches = matcher(options.filter ?? []);
      const format = isOwn || isChosen ? options.format : (options.format ?? late().COLUMNS);
      // What is wrong with a template is told before anybody is asked.
      const filled = format === undefined ? undefined : late().itemFormat(format);
      const all = await context.hvkit.list({ timeoutMs: options.timeout * MS, ...questionOf(options, filled) });
      const machines = all.filter((machine) => matches(machine, all));
      if (options.quiet) for (const { name } of machines) context.print(name);
      else if (filled === undefined) show(context, options, machines);
      else printItems(context, filled, machines, all);
      if (all.length === 0 && context.stdout.isTTY === true) context.say('No machines yet. Try: hvkit create dev');
    });
  examples(command, [
    ['hvkit ls', ''],
    ['hvkit ls -o wide', 'with the URL and the version of each Docker, and when its certificate ends'],
    ['hvkit ls --filter state=Running --filter name=^web', 'those that run, and whose name begins with web'],
    ["hvkit ls -f 'table {{.Name}}\\t{{.URL}}'", "docker-machine's names: docs/docker-machine.md"],
    ['hvkit ls -q | xargs hvkit stop', ''],
    ['hvkit ls -o json', 'for programs'],
  ]);
}

/** Docker is asked where somebody wants to know. */
function questionOf({ output, quiet }: LsOptions, filled: ItemFormat | undefined): Pick<ListOptions, 'docker'> {
  if (quiet) return {};
  if (filled !== undefined) return filled.asks === undefined ? {} : { docker: filled.asks };
  return output === 'table' ? {} : { docker: 'version' };
}

function printItems(
  context: Context,
  filled: ItemFormat,
  machines: readonly MachineSummary[],
  all: readonly MachineSummary[],
): void {
  const { itemOf } = require('../docker-machine/item') as typeof import('../docker-machine/item');
  const text = filled.print(machines.map((machine) => itemOf(machine, all, context.env['DOCKER_HOST'])));
  if (text !== '') context.print(text);
}

function show(context: Context, { output }: LsOptions, machines: readonly MachineSummary[]): void {
  const isWide = output === 'wide';
  printAs(context, isWide ? 'table' : output, {
    data: machines,
    headings: isWide ? WIDE : HEADINGS,
    rows: machines.map(isWide ? wideRow : row),
  });
}

function row(machine: MachineSummary): string[] {
  const { error, reason } = machine;
  return [...cells(machine), error === undefined ? (reason ?? '') : messageOf(error)];
}

function wideRow(machine: MachineSummary): string[] {
  const { error, reason, docker } = machine;
  const failure = error ?? docker?.error;
  return [
    ...cells(machine),
    docker?.url ?? '-',
    docker?.version ?? '-',
    docker?.certificateEnds === undefined ? '-' : docker.certificateEnds.toISOString().slice(0, 10),
    failure === undefined ? (reason ?? '') : messageOf(failure),
  ];
}

function cells({ name, driver, state, address, spec }: MachineSummary): string[] {
  return [
    name,
    driver ?? '-',
    state,
    state === 'Running' ? addressText(address) : '-',
    spec?.image ?? '-',
    spec === undefined ? '-' : String(spec.cpus),
    spec === undefined ? '-' : megabytes(spec.memory),
  ];
}

function addressText(address: MachineSummary['address']): string {
  if (address === undefined) return '-';
  const { host, sshPort } = address;
  return sshPort === 22 ? host : `${host}:${sshPort}`;
}

/** Most lists are no template. */
function late(): typeof import('../docker-machine/format') {
  return require('../docker-machine/format') as typeof import('../docker-machine/format');
}
