import { HvError } from '../../errors';
import { findLease, removeLeases } from '../../native/vmnet';
import { isInstalled, macOf, releaseLeases, requireAnswer } from './helper';
import type { XhyveHost } from './host';
import { keptMac } from './kept-address';
import type { XhyveOptions } from './options';
import type { XhyvePlan } from './plan';
import { macFrom } from './vpnkit';

type Network = XhyvePlan['network'];

/** A socket that was named; vmnet by the helper, where that is installed; else hyperkit's own vmnet, which is root's. */
export async function networkOf(
  { vpnkitSocket: socket, address }: XhyveOptions,
  { helper }: XhyveHost,
): Promise<Network> {
  const kept = address === undefined ? {} : { address };
  if (socket !== undefined) return { socket, ...kept };
  if (helper && (await isInstalled(helper))) return { socket: helper.socket, byHelper: true, ...kept };
  if (address === undefined) return {};
  throw new HvError({
    code: 'ERR_XHYVE_OPTION',
    message: `The address ${address} would be kept by hvkit's helper, which is not installed`,
    hint: 'sudo hvkit setup xhyve',
  });
}

/** hyperkit would try for ever to reach a helper that is not there. */
export async function requireNetwork({ byHelper }: Network, { helper }: XhyveHost): Promise<void> {
  if (!byHelper) return;
  if (!helper) {
    throw new HvError({
      code: 'ERR_XHYVE_HELPER',
      message: "The machine has its network by hvkit's helper, which this host has no place for",
    });
  }
  await requireAnswer(helper);
}

/** The MAC that it gives to a UUID; undefined: hyperkit itself has to be asked. */
export function macOn(
  { socket, byHelper, address }: Network,
  uuid: string,
  host: XhyveHost,
): Promise<string> | undefined {
  if (socket === undefined) return host.macOf?.(uuid);
  if (!byHelper || !host.helper) return macFrom(socket, { uuid, address });
  return address === undefined ? macOf(uuid, host.helper) : keptMac({ socket, address }, uuid);
}

/** hyperkit would try for ever to have an address that nobody keeps for it. */
export async function requireKept({ network, uuid }: XhyvePlan, host: XhyveHost): Promise<void> {
  if (network.byHelper && network.address !== undefined) await macOn(network, uuid, host);
}

export interface ReleaseOptions {
  address?: string;
  signal?: AbortSignal | undefined;
}

/** Takes leases of a MAC out of vmnet's table, which is root's: for others the helper does it, if it gave the MAC to this user. */
export async function release(mac: string, host: XhyveHost, { address, signal }: ReleaseOptions = {}): Promise<void> {
  const { helper, leases: path } = host;
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) await removeLeases([{ mac, ...(address !== undefined && { address }) }], { path, signal });
  // One of several leases root takes away alone: with all of them the helper takes back the MAC, root's too.
  if (isRoot && address !== undefined) return;
  if (helper && (await isInstalled(helper))) {
    await releaseLeases(mac, helper);
  } else if (await findLease(mac, { path })) {
    throw new HvError({
      code: 'ERR_XHYVE_HELPER',
      message: `The lease of ${mac} stands in ${path}, which is root's, and hvkit's helper is not installed`,
      hint: 'sudo hvkit setup xhyve; or the same command with sudo',
    });
  }
}
