import { createHash } from 'node:crypto';

import type { DriverMachine, Home } from '../driver';

/** What all things of one home in libvirt begin with: other homes are on the same host. */
export function prefixOf(home: Home): string {
  return `hvkit-${home.id}`;
}

export function domainName(home: Home, machine: string): string {
  return `${prefixOf(home)}-${machine}`;
}

/** A network of ours: the home's own, or one for each subnet that was asked for. */
export function networkName(home: Home, subnet: string | undefined): string {
  return subnet === undefined ? prefixOf(home) : `${prefixOf(home)}-${subnet.replaceAll(/[^0-9a-fA-F]+/g, '-')}`;
}

/** Linux takes 15 characters. */
export function bridgeName(network: string, attempt: number): string {
  return `hvk${createHash('sha256').update(`${network} ${attempt}`).digest('hex').slice(0, 10)}`;
}

/** In a pool, where machines lie side by side. With a part of the UUID: what an earlier machine left behind is not this one's. */
export function fileNames(machine: Pick<DriverMachine, 'name' | 'uuid'>): { disk: string; seed: string; log: string } {
  const stem = stemOf(machine);
  return { disk: `${stem}.qcow2`, seed: `${stem}-seed.iso`, log: `${stem}-console.log` };
}

/** A name on the host that no two machines of a home ever have. */
export function stemOf({ name, uuid }: Pick<DriverMachine, 'name' | 'uuid'>): string {
  return `${name}-${uuid.slice(0, 8)}`;
}
