import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface LockRequest {
  /** The file; it is made where it is not there, and never deleted. */
  path: string;
  /** What is locked, as the error that says so begins: `Machine "dev"`. */
  description: string;
  signal?: AbortSignal | undefined;
}

/** Runs work that nobody else does at the same time, in this process or in another. */
export async function withLock<T>(request: LockRequest, work: () => Promise<T>): Promise<T> {
  const { path, description, signal } = request;
  const { lockFile } = require('../native/hyperkit') as typeof import('../native/hyperkit');
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lock = await lockFile(path, { description, signal });
  try {
    return await work();
  } finally {
    lock.release();
  }
}
