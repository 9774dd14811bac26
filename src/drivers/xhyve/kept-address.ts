import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { sharedNetwork } from '../../native/vmnet';
import { formatSubnet, overlap, subnetOf } from '../../net/ipv4';
import type { XhyveHost } from './host';
import { macFrom } from './vpnkit';

/** What a machine with an address of its own has for a network. */
const PREFIX = 24;
/** As long as macOS takes to let go of a network. */
const UNMADE_MS = 1000;
const PAUSE_MS = 100;

/** The other machines would be without their network for as long as this one runs. */
export async function requireApart(address: string, { settings }: XhyveHost): Promise<void> {
  const { subnet } = await sharedNetwork(settings);
  if (!overlap(subnet, subnetOf(address, PREFIX))) return;
  throw new HvError({
    code: 'ERR_XHYVE_OPTION',
    message: `The address ${address} is in vmnet's shared network ${formatSubnet(subnet)}, which keeps none`,
    hint: 'Take another one from 192.168.65.2 to 192.168.127.254.',
  });
}

/** Whether its helper can keep an address for a machine: while it tells the MAC, it has made the machine's network. */
export async function keptMac({ socket, address }: { socket: string; address: string }, uuid: string): Promise<string> {
  const until = performance.now() + UNMADE_MS;
  for (;;) {
    try {
      return await macFrom(socket, { uuid, address });
    } catch (error) {
      if (!HvError.is(error)) throw error;
      if (performance.now() >= until) throw notKept(address, error);
    }
    // Nobody tells when a network has gone that was there a moment ago.
    await delay(PAUSE_MS);
  }
}

function notKept(address: string, cause: HvError): HvError {
  return new HvError({
    code: 'ERR_XHYVE_NETWORK',
    message: `The address ${address} is not kept for the machine: ${cause.message}`,
    hint: "Without --xhyve-address a machine has an address of vmnet's shared network.",
    cause,
  });
}
