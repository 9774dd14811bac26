export { FileLock, lockFile, lockHolder, type LockHolder, type LockOptions } from './lock';
export {
  virtualization,
  type Virtualization,
  type VirtualizationOptions,
  type VirtualizationReason,
} from './virtualization';
