import { HvError } from '../errors';
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
  if (options.delta) return synced(place, record, [local, `${record.name}:${remote}`], options);
  return connected(place, record, options.signal, (client) => copy().copyTo(client, local, remote, options));
}

export function copyFromMachine(
  place: Workplace,
  record: MachineRecord,
  [remote, local]: readonly [string, string],
  options: CopyOptions,
): Promise<void> {
  if (options.delta) return synced(place, record, [`${record.name}:${remote}`, local], options);
  return connected(place, record, options.signal, (client) => copy().copyFrom(client, remote, local, options));
}

interface End {
  place: Workplace;
  record: MachineRecord;
  path: string;
}

export async function copyAcrossMachines(from: End, to: End, options: CopyOptions): Promise<void> {
  if (options.delta) {
    const message = 'rsync copies between this host and a machine, not from one machine to another';
    throw new HvError({ code: 'ERR_UNSUPPORTED', message, hint: 'Without -d, or by way of a folder of this host.' });
  }
  return connected(from.place, from.record, options.signal, (source) =>
    connected(to.place, to.record, options.signal, (target) =>
      copy().copyBetween({ client: source, path: from.path }, { client: target, path: to.path }, options),
    ),
  );
}

function synced(...words: Parameters<typeof import('./rsync').syncFiles>): Promise<void> {
  return (require('./rsync') as typeof import('./rsync')).syncFiles(...words);
}

function copy(): typeof import('../ssh/copy') {
  return require('../ssh/copy') as typeof import('../ssh/copy');
}
