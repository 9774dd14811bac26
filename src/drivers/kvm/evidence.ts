import { readFile } from 'node:fs/promises';

import { addressesOf } from '../../net/arp';
import { answersTo } from '../../resources/failures';
import { leasesOf } from './address';
import type { Scene } from './scene';
import { domainOf } from './find';
import { stateOf } from './states';

/** What is known of a machine that does not answer, for the error that says so. */
export function evidenceOf(scene: Scene): Promise<string[]> {
  return answersTo({ libvirt: () => stateLine(scene), 'the network': () => networkLines(scene) });
}

function stateLine(scene: Scene): Promise<string[]> {
  return scene.read(async (connection) => {
    const domain = await domainOf(connection, scene);
    const { state, reason } = await domain.state();
    const seen = stateOf(state, reason);
    return [`state: ${seen.state}${seen.reason === undefined ? '' : ` (${seen.reason})`}`];
  });
}

/** What the DHCP server has given it, and where this host has met it. */
async function networkLines(scene: Scene): Promise<string[]> {
  const { network, mac, target } = scene.plan;
  if (network.mode === 'user') return [];
  const lines: string[] = [];
  if (network.mode !== 'bridge') {
    const leases = await scene.read((connection) => leasesOf(connection, network.name, mac));
    const given = leases.map(({ address }) => address).join(', ');
    lines.push(`the network ${network.name} has given it ${given === '' ? 'no address' : given}`);
  }
  if (target.kind === 'remote') return lines;
  const met = addressesOf(mac, await readFile('/proc/net/arp', 'utf8')).join(', ');
  return [
    ...lines,
    met === '' ? `nobody with the MAC ${mac} has answered this host` : `this host has met it at ${met}`,
  ];
}
