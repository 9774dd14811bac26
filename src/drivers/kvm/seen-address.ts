import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

import {
  DomainAgentResponseTimeoutValues,
  DomainInterfaceAddressesSource,
  IPAddrType,
  LibvirtError,
  type Connection,
  type Domain,
  type DomainInterface,
} from '../../native/libvirt';
import { addressesOf } from '../../net/arp';
import { askAround } from '../../net/ask-around';
import { ifThere } from './absent';
import { domainOf } from './find';
import { describe } from './networks';
import type { KvmPlan } from './plan';
import type { Scene } from './scene';

/** libvirt waits for an agent that hangs without an end, unless told. */
const AGENT_SECONDS = 5;

/** What is set holds for whoever asks the agent from then on, and not for this call alone. */
async function toldByAgent(domain: Domain): Promise<DomainInterface[]> {
  await domain.agentSetResponseTimeout(AGENT_SECONDS);
  try {
    return await domain.interfaceAddresses(DomainInterfaceAddressesSource.AGENT);
  } finally {
    // As libvirt has it of itself: what somebody else may have set cannot be asked for.
    await domain.agentSetResponseTimeout(DomainAgentResponseTimeoutValues.BLOCK);
  }
}

/** By whom the host talked to, by what the guest's agent says, and by asking everybody in its network who has which address. */
export async function seenAddress(scene: Scene): Promise<string | undefined> {
  const connection = await scene.writer();
  const domain = await domainOf(connection, scene);
  if (!(await domain.isActive())) return undefined;
  const known = (await metAddress(scene, domain)) ?? (await addressIn(scene, () => toldByAgent(domain)));
  if (known !== undefined || !(await askNeighbours(scene, connection))) return known;
  for (const pause of ANSWERS_MS) {
    await delay(pause);
    const answered = await metAddress(scene, domain);
    if (answered !== undefined) return answered;
  }
  return undefined;
}

/** libvirt reads no more of its host's table than fits into one message: this host's own is read here. */
async function metAddress(scene: Scene, domain: Domain): Promise<string | undefined> {
  const { target, mac } = scene.plan;
  if (target.kind === 'remote') {
    return addressIn(scene, () => domain.interfaceAddresses(DomainInterfaceAddressesSource.ARP));
  }
  return addressesOf(mac, await readFile('/proc/net/arp', 'utf8'))[0];
}

async function addressIn({ plan }: Scene, look: () => Promise<DomainInterface[]>): Promise<string | undefined> {
  try {
    const ours = (await look()).find(({ mac }) => mac?.toLowerCase() === plan.mac);
    return ours?.addresses.find(({ type }) => type === IPAddrType.IPV4)?.address;
  } catch (error) {
    // No agent yet, or a hypervisor that cannot say: not known is an answer here, and evidence() has the reason.
    if (!LibvirtError.is(error)) throw error;
    return undefined;
  }
}

/** Milliseconds: a guest that is there answers at once, one of software a little later. */
const ANSWERS_MS = [20, 80, 200];
/** All of the network hears the questions: they are not asked more often. */
const ASK_AGAIN_MS = 3000;
const ASKED = new Map<string, number>();

/** A guest that got its address from somebody else than this host has not talked to it. Whether anybody was asked is the answer. */
async function askNeighbours({ plan }: Scene, connection: Connection): Promise<boolean> {
  // On another host they are that host's to ask.
  if (plan.target.kind === 'remote') return false;
  const bridge = await bridgeOf(plan, connection);
  const ours = networkInterfaces()[bridge]?.find(({ family }) => family === 'IPv4');
  if (!ours || performance.now() - (ASKED.get(bridge) ?? -Infinity) < ASK_AGAIN_MS) return false;
  ASKED.set(bridge, performance.now());
  return askAround(ours);
}

async function bridgeOf({ network }: KvmPlan, connection: Connection): Promise<string> {
  if (network.mode === 'bridge') return network.name;
  const found = 'name' in network ? await ifThere(connection.lookupNetworkByName(network.name)) : undefined;
  return found ? (await describe(found)).bridge : '';
}
