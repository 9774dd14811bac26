import { HvError } from '../../errors';
import { LibvirtError, NetworkXMLFlags, type Network } from '../../native/libvirt';
import type { Home } from '../driver';
import { readMark } from './mark';
import { bridgeName } from './names';
import { asRoot } from './packages';
import { parseXml, withAttribute } from './xml';

/** As many bridges are tried as a new network tries subnets. */
export const ATTEMPTS = 16;

/** A network that is not started is no use to a machine. Somebody else may start it at the same time. */
async function startNetwork(network: Network): Promise<void> {
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

/** With what mends it, where that is known. */
export function explained(error: unknown, { name }: Network): unknown {
  const taker = subnetTaker(error);
  if (taker === undefined) return error;
  const bridges = Array.from({ length: ATTEMPTS }, (_, attempt) => bridgeName(name, attempt));
  return new HvError({
    code: 'ERR_SUBNET',
    message: `The subnet of the network ${name} is in use by the interface ${taker}`,
    hint: bridges.includes(taker)
      ? `A libvirt that was killed left it: ${asRoot(`ip link delete ${taker}`)}`
      : `The machines of the network keep their addresses, and so it its subnet: take ${taker} out of it.`,
    cause: error,
  });
}

/** Another interface has the subnet: the one that libvirt names. A killed daemon may have left it. */
export function subnetTaker(error: unknown): string | undefined {
  return LibvirtError.is(error) ? /already in use by interface (\S+)/.exec(error.message)?.[1] : undefined;
}

function isBridgeTaken(error: unknown): boolean {
  return LibvirtError.is(error) && /bridge.*file exists/is.test(error.message);
}

/** All else of it stays: what somebody set there, and the addresses that are reserved. False: it is none of this home's. */
async function giveBridge(network: Network, home: Home, attempt: number): Promise<boolean> {
  const xml = await network.xml(NetworkXMLFlags.INACTIVE);
  if (readMark(parseXml(xml))?.home !== home.id) return false;
  await network.connection.defineNetwork(withAttribute(xml, 'bridge', { name: bridgeName(network.name, attempt) }));
  return true;
}
