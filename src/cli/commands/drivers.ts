import type { Command } from 'commander';

import type { Capabilities, DriverInfo } from '../../index';
import type { Context } from '../context';
import { examples } from '../examples';
import { printAs, withOutput, type OutputOptions } from '../output';

const HEADINGS = ['NAME', 'ALIASES', 'DEFAULT', 'STATE', 'CAN'];

export function configure(command: Command, context: Context): void {
  withOutput(command).action(async ({ output }: OutputOptions) => {
    const drivers = await context.hvkit.drivers();
    printAs(context, output, { data: drivers, headings: HEADINGS, rows: drivers.map(row) });
    if (output !== 'table') return;
    for (const { name, health } of drivers) {
      if (health.note !== undefined) context.tell(`\n${name}: ${health.note}`);
      if (health.advice !== undefined) context.tell(`\n${name}: ${health.advice.reason}\nTry: ${health.advice.fix}`);
      if (health.healthy) continue;
      context.tell(`\n${name}: ${health.reason ?? 'it does not work here'}`);
      if (health.fix !== undefined) context.tell(`Try: ${health.fix}`);
    }
  });
  examples(command, [
    ['hvkit drivers', ''],
    ['hvkit create --help -d kvm', 'the options that a driver has'],
  ]);
}

function row({ name, aliases, health, capabilities, default: isDefault }: DriverInfo): string[] {
  return [
    name,
    aliases.join(' ') || '-',
    isDefault ? '*' : '-',
    health.healthy ? 'healthy' : health.installed ? 'not healthy' : 'not installed',
    abilities(capabilities) || '-',
  ];
}

function abilities(capabilities: Capabilities): string {
  return Object.entries(capabilities)
    .filter(([, can]) => can === true)
    .map(([name]) => name)
    .join(' ');
}
