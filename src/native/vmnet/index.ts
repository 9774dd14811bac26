export { macOf } from './interface';
export {
  findLease,
  findLeaseByName,
  LEASE_FILE,
  leaseUse,
  readLeases,
  removeLeases,
  type AddressRange,
  type Lease,
  type LeaseKey,
  type LeaseOptions,
  type LeaseTable,
  type LeaseUse,
  type RemoveOptions,
} from './leases';
export { waitForLease, watchLeases, type WaitOptions, type WatchOptions } from './wait';
export { parsePlist } from './plist';
export { type PlistDictionary, type PlistValue } from './plist-value';
export { SETTINGS_FILE, sharedNetwork, type SharedNetwork } from './settings';
export { TableWatch } from './watch';
