import type { CopyOptions } from './exec';
import type { MachineRecord } from './machine-file';
import { connected } from './remote';
import type { Workplace } from './workplace';

export function copyToMachine(
  place: Workplace,
  record: MachineRecord,
  [local, remote]: readonly [string, string],
  options: CopyOptions,
): Promise<void> {
  return connected(place, record, options.signal, (client) => copy().copyTo(client, local, remote, options));
}

export function copyFromMachine(
  place: Workplace,
  record: MachineRecord,
  [remote, local]: readonly [string, string],
  options: CopyOptions,
): Promise<void> {
  return connected(place, record, options.signal, (client) => copy().copyFrom(client, remote, local, options));
}

interface End {
  place: Workplace;
  record: MachineRecord;
  path: string;
}

export function copyAcrossMachines(from: End, to: End, options: CopyOptions): Promise<void> {
  return connected(from.place, from.record, options.signal, (source) =>
    connected(to.place, to.record, options.signal, (target) =>
      copy().copyBetween({ client: source, path: from.path }, { client: target, path: to.path }, options),
    ),
  );
}

function copy(): typeof import('../ssh/copy') {
  return require('../ssh/copy') as typeof import('../ssh/copy');
}
