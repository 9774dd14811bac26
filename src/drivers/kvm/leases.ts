import type { Network, NetworkDHCPLease } from '../../native/libvirt';
import { releaseLease } from '../../net/dhcp-release';
import { describe } from './networks';

/** Gives leases back to the network's DHCP server, and waits until its table shows that they are gone. */
export async function releaseLeases(
  network: Network,
  leases: readonly NetworkDHCPLease[],
  signal: AbortSignal,
): Promise<void> {
  const { gateway } = await describe(network);
  for (const { address, mac, clientId } of leases) {
    if (mac === null || gateway === undefined) continue;
    await releaseLease(
      { address, mac, clientId: clientId ?? undefined },
      {
        server: gateway,
        signal,
        stillThere: async () => (await network.dhcpLeases(mac)).some((lease) => lease.address === address),
      },
    );
  }
}
