import type { Address } from '../drivers/driver';

/**
 * What is recorded and told of an address. Not whether it is pending: libvirt shows a lease only a moment after the guest has
 * it, and this is one address all the time.
 */
export function settled({ host, sshPort, guest, ports }: Address): Address {
  return {
    host,
    sshPort,
    ...(guest !== undefined && { guest }),
    ...(ports !== undefined && {
      ports: ports.map((port) => ({ guest: port.guest, host: port.host, protocol: port.protocol })),
    }),
  };
}
