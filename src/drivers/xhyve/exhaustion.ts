import { HvError } from '../../errors';
import { leaseUse, readLeases, sharedNetwork } from '../../native/vmnet';
import type { XhyveHost } from './host';

/** Refuses a machine that vmnet's DHCP server would have no address for: it would boot, and never answer. */
export async function requireAddress({ leases: path, settings }: XhyveHost): Promise<void> {
  const [{ leases }, { ranges, subnet }] = await Promise.all([readLeases({ path }), sharedNetwork(settings)]);
  const { exhausted, size } = leaseUse(leases, ranges);
  if (!exhausted) return;
  const { formatIpv4 } = require('../../net/ipv4') as typeof import('../../net/ipv4');
  throw new HvError({
    code: 'ERR_ADDRESSES_EXHAUSTED',
    message: `All ${size} addresses of vmnet's network ${formatIpv4(subnet.first)}/${subnet.prefix} are leased (${path})`,
    hint: 'hvkit leases prune releases those of machines that are gone; those of other programs end after a day.',
  });
}
