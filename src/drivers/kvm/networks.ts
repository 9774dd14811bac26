import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';

import { DomainXMLFlags, NetworkXMLFlags, type Connection, type Network } from '../../native/libvirt';
import { HvError } from '../../errors';
import { interfaceSubnets, routedSubnets, type Taken } from '../../net/subnet';
import { ifThere } from './absent';
import { NetworkDescription } from './network-xml';
import type { Target } from './target';
import { parseXml, type XmlElement } from './xml';

export async function describe(network: Network): Promise<NetworkDescription> {
  return new NetworkDescription(parseXml(await network.xml()));
}

/** A network of the user's own: it must be there, and starting it is the user's business. */
export async function requireNetwork(connection: Connection, name: string): Promise<void> {
  const network = await ifThere(connection.lookupNetworkByName(name));
  if (network && (await network.isActive())) return;
  throw new HvError({
    code: 'ERR_KVM_NETWORK',
    message: network ? `libvirt's network ${name} is not started` : `libvirt has no network ${name}`,
    hint: network ? `virsh net-start ${name}` : 'virsh net-list --all shows those that it has.',
  });
}

/** Subnets that a new network must keep away from. Of another host only libvirt's own networks can be seen. */
export async function takenSubnets(connection: Connection, { kind }: Target): Promise<Taken[]> {
  const networks = await connection.listAllNetworks();
  const theirs = await Promise.all(
    networks.map(async (network) => {
      const xml = await ifThere(network.xml(NetworkXMLFlags.INACTIVE));
      if (xml === undefined) return [];
      const { subnets } = new NetworkDescription(parseXml(xml));
      return subnets.map((subnet) => ({ subnet, by: `libvirt's network ${network.name}` }));
    }),
  );
  if (kind === 'remote') return theirs.flat();
  const routes = await readFile('/proc/net/route', 'utf8');
  return [...theirs.flat(), ...routedSubnets(routes), ...interfaceSubnets(networkInterfaces())];
}

/** The domains that are, or will be when they are started, in a network. */
export async function domainsIn(connection: Connection, network: string): Promise<string[]> {
  const domains = await connection.listAllDomains();
  const names = await Promise.all(
    domains.map(async (domain) => {
      const texts = await Promise.all([ifThere(domain.xml(DomainXMLFlags.INACTIVE)), ifThere(domain.xml())]);
      return texts.some((text) => text !== undefined && isIn(parseXml(text), network)) ? [domain.name] : [];
    }),
  );
  return names.flat();
}

function isIn(domain: XmlElement, network: string): boolean {
  return domain.all('devices', 'interface', 'source').some((source) => source.attribute('network') === network);
}
