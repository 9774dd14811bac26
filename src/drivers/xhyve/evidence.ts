import { readLeases } from '../../native/vmnet';
import { answersTo } from '../../resources/failures';
import type { DriverMachine } from '../driver';
import type { XhyveHost } from './host';
import { planOf } from './plan';
import { stateOf } from './process';
import type { RunFiles } from './run-files';

const MOST_LEASES = 10;

/** What is known of a machine that does not answer, for the error that says so. */
export function evidenceOf(machine: DriverMachine, run: RunFiles, host: XhyveHost): Promise<string[]> {
  return answersTo({
    'the process': async () => [`state: ${await stateOf(run)}`],
    'the table of leases': () => leaseLines(machine, host),
  });
}

async function leaseLines(machine: DriverMachine, { leases: path }: XhyveHost): Promise<string[]> {
  const { leases } = await readLeases({ path });
  const shown = leases
    .slice(0, MOST_LEASES)
    .map(({ address, hardware, name }) => `  ${address} ${hardware} ${name ?? ''}`);
  const more = leases.length > shown.length ? [`  and ${leases.length - shown.length} more`] : [];
  const { mac, network } = planOf(machine);
  const kept = network.address === undefined ? '' : `, for which ${network.address} is kept`;
  return [`its MAC is ${mac}${kept}; ${path} has ${leases.length} leases`, ...shown, ...more];
}
