import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { HvError } from '../../errors';

/** Where the kernel tells of this host's interfaces. */
export const LINKS = '/sys/class/net';

export function isBridge(link: string): boolean {
  return existsSync(join(LINKS, link, 'bridge'));
}

export function requireBridge(name: string): void {
  if (isBridge(name)) return;
  throw new HvError({
    code: 'ERR_KVM_NETWORK',
    message: `This host has no bridge ${name}`,
    hint: '`ip link show type bridge` tells those that it has.',
  });
}
