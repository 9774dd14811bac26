import { readFileSync } from 'node:fs';

import { HvError } from '../../errors';
import type { Connection } from '../../native/libvirt';
import { isPortFree } from '../../net/ports';
import type { MachineSpec } from '../driver';
import { isRoot } from './choose';
import { asRoot } from './packages';
import { parseXml } from './xml';

const FIRST_OF_USERS = '/proc/sys/net/ipv4/ip_unprivileged_port_start';

/** Refuses what QEMU could not listen on, as far as that can be told before it tries. */
export async function requirePorts(name: string, { publish }: MachineSpec, connection: Connection): Promise<void> {
  for (const { host, protocol } of publish) {
    if (host === undefined) continue;
    await requireAllowed(host, connection);
    if (!isOfRoot(host) && !(await isPortFree(host, protocol))) throw inUse(name, host);
  }
}

/** Ports of servers that only root may start: QEMU mostly runs as a user of its own, also where libvirt is root's. */
export async function requireAllowed(port: number, connection: Connection): Promise<void> {
  if (!isOfRoot(port) || (await isQemuRoot(connection))) return;
  throw new HvError({
    code: 'ERR_PORT_PRIVILEGED',
    message: `Port ${port} of 127.0.0.1 is one of root's, and QEMU does not run as root`,
    hint: `Publish a higher one, such as ${port + 8000}; or ${asRoot(`sysctl net.ipv4.ip_unprivileged_port_start=${port}`)}`,
  });
}

export function inUse(name: string, port: number, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_PORT_IN_USE',
    message: `Port ${port} of 127.0.0.1, which ${name} publishes, is in use by another program`,
    hint: `End that program: ss -ltnp 'sport = :${port}' shows it.`,
    cause,
  });
}

function isOfRoot(port: number): boolean {
  return port < Number(readFileSync(FIRST_OF_USERS, 'utf8'));
}

/** libvirt tells whom it starts QEMU as, if it has the choice. */
async function isQemuRoot(connection: Connection): Promise<boolean> {
  const models = parseXml(await connection.capabilities()).all('host', 'secmodel');
  const owner = models.find((model) => model.first('model')?.text === 'dac')?.first('baselabel');
  return isRoot() && (owner === undefined || /^\+?0:/.test(owner.text));
}
