export { FileLock, lockFile, lockHolder, type LockHolder, type LockOptions } from './lock';
export {
  findProcess,
  findProgram,
  isAlive,
  signalProcess,
  startProcess,
  WatchedProcess,
  watchProcess,
  type ProcessExit,
  type ProcessIdentity,
  type Program,
} from './process';
export { hypervisorFailure, hypervisorSaid, startHypervisor, type HypervisorStart } from './start';
export {
  virtualization,
  type Virtualization,
  type VirtualizationOptions,
  type VirtualizationReason,
} from './virtualization';
