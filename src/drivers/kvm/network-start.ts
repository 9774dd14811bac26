import { LibvirtError, type Network } from '../../native/libvirt';
import type { Home } from '../driver';
import { readMark } from './mark';
import { bridgeName } from './names';
import { NetworkDescription, networkXml } from './network-xml';
import { parseXml } from './xml';

/** As many bridges are tried as a new network tries subnets. */
export const ATTEMPTS = 16;

/** A network that is not started is no use to a machine. Somebody else may start it at the same time. */
export async function startNetwork(network: Network): Promise<void> {
  if (await network.isActive()) return;
  try {
    await network.create();
  } catch (error) {
    if (!(await network.isActive())) throw error;
  }
}

/**
 * One that was made before. A daemon that is killed between making its bridge and writing that down takes the bridge for
 * somebody else's when it is back, and nobody but root can remove it: then the network gets another one.
 */
export async function startKnownNetwork(network: Network, home: Home): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await startNetwork(network);
      return;
    } catch (error) {
      if (!isBridgeTaken(error) || attempt === ATTEMPTS || !(await giveBridge(network, home, attempt))) throw error;
    }
  }
}

function isBridgeTaken(error: unknown): boolean {
  return LibvirtError.is(error) && /bridge.*file exists/is.test(error.message);
}

/** All else of it stays, with the addresses that are reserved in it. False: it is none of this home's. */
async function giveBridge(network: Network, home: Home, attempt: number): Promise<boolean> {
  const xml = parseXml(await network.xml());
  const { subnets, reservations } = new NetworkDescription(xml);
  const [subnet] = subnets;
  if (readMark(xml)?.home !== home.id || !subnet) return false;
  const bridge = bridgeName(network.name, attempt);
  await network.connection.defineNetwork(
    networkXml(home, { name: network.name, bridge, subnet, uuid: network.uuid, reservations }),
  );
  return true;
}
