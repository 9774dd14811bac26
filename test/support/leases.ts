import type { DriverDefinition, Lease } from '../../src/drivers/driver';
import { fileDriver } from './file-driver';

export function lease(address: string, machine?: string): Lease {
  return { network: 'net', address, mac: '52:54:00:00:00:01', expires: 0, ...(machine !== undefined && { machine }) };
}

/** As the file driver, with networks whose leases are `table`. */
export function withLeases(name: string, table: Lease[]): DriverDefinition {
  return {
    ...fileDriver,
    name,
    aliases: [],
    capabilities: { ...fileDriver.capabilities, leases: true },
    create: (context) =>
      Object.assign(fileDriver.create(context), {
        leases: () => Promise.resolve([...table]),
        release: (one: Lease) => {
          table.splice(
            table.findIndex(({ address }) => address === one.address),
            1,
          );
          return Promise.resolve();
        },
      }),
  };
}
