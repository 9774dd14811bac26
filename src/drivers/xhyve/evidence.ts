import { stripVTControlCharacters } from 'node:util';

import { readLeases } from '../../native/vmnet';
import type { DriverMachine } from '../driver';
import type { XhyveHost } from './host';
import { planOf } from './plan';
import { stateOf } from './process';
import { printed } from './ring';
import type { RunFiles } from './run-files';

const LINES = 10;
const MOST_LEASES = 10;

/** What is known of a machine that does not answer, for the error that says so. */
export async function evidenceOf(machine: DriverMachine, run: RunFiles, host: XhyveHost): Promise<string[]> {
  const answers = await Promise.all([
    told('the process', async () => [`state: ${await stateOf(run)}`]),
    told('the table of leases', () => leaseLines(machine, host)),
    told('the console', () => consoleLines(run)),
  ]);
  return answers.flat();
}

/** The failure to look is evidence as well. */
async function told(what: string, look: () => Promise<string[]>): Promise<string[]> {
  try {
    return await look();
  } catch (error) {
    return [`${what}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function leaseLines(machine: DriverMachine, { leases: path }: XhyveHost): Promise<string[]> {
  const { leases } = await readLeases({ path });
  const shown = leases
    .slice(0, MOST_LEASES)
    .map(({ address, hardware, name }) => `  ${address} ${hardware} ${name ?? ''}`);
  const more = leases.length > shown.length ? [`  and ${leases.length - shown.length} more`] : [];
  return [`its MAC is ${planOf(machine).mac}; ${path} has ${leases.length} leases`, ...shown, ...more];
}

async function consoleLines(run: RunFiles): Promise<string[]> {
  const bytes = await printed(run);
  const lines = stripVTControlCharacters(bytes.toString('utf8'))
    .split(/\r*\n/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trimEnd())
    .filter((line) => line !== '');
  if (lines.length === 0) return ['the console printed nothing'];
  return ['the console said last:', ...lines.slice(-LINES).map((line) => `  ${line}`)];
}
