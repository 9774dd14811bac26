export { FileLock, lockFile, lockHolder, type LockHolder, type LockOptions } from './lock';
