import type { Lease } from '../drivers/driver';

/** The DHCP leases of this home's networks. */
export interface Leases {
  list(): Promise<Lease[]>;
  release(address: string): Promise<void>;
  /** Releases those that belong to no machine; with `dryRun` only says which. */
  prune(options?: { dryRun?: boolean }): Promise<Lease[]>;
}
