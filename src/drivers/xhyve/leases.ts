import { join } from 'node:path';

import { namesIn } from '../../files';
import { readLeases } from '../../native/vmnet';
import type { DriverContext, Lease } from '../driver';
import type { XhyveHost } from './host';
import { release } from './network';
import { isThere, markOf } from './run-folder';
import { runFilesOf, runFolders } from './run-files';

const NETWORK = 'vmnet';

/** Of vmnet's leases those of this home: the others are of other programs' machines, and none of our business. */
export async function leasesOf({ home }: DriverContext, { leases: path }: XhyveHost): Promise<Lease[]> {
  const uuids = await namesIn(runFolders(home));
  const marks = await Promise.all(uuids.map((uuid) => markOf(runFilesOf(home, uuid))));
  const names = new Map<string, string>(marks.flatMap((mark) => (mark ? [[mark.mac, mark.name]] : [])));
  const { leases } = await readLeases({ path });
  const own = leases.filter(({ mac }) => mac !== undefined && names.has(mac));
  return Promise.all(
    own.map(async ({ address, mac = '', hardware, name: hostname, expires }) => {
      const machine = names.get(mac) ?? '';
      const isHeld = await isThere(join(home.path, 'machines', machine, 'machine.json'));
      return {
        network: NETWORK,
        address,
        mac,
        clientId: hardware,
        ...(hostname !== undefined && { hostname }),
        expires: expires === undefined ? 0 : Math.floor(expires.getTime() / 1000),
        ...(isHeld && { machine }),
      };
    }),
  );
}

export async function releaseLease({ address, mac }: Lease, host: XhyveHost): Promise<void> {
  await release(mac, host, { address });
}
