import { createHash } from 'node:crypto';

import type { Home } from '../driver';

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
export function bridgeName(network: string): string {
  return `hvk${createHash('sha256').update(network).digest('hex').slice(0, 10)}`;
}
