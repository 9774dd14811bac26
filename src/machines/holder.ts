import { existsSync } from 'node:fs';

import { isErrno } from '../files';
import type { HomeFolder } from './home';

/** A process that changes a machine. */
export interface Holder {
  pid: number;
  command: string;
}

/** Who is changing a machine now, as far as it can be told without locking: readers never lock. */
export async function holderOf(home: HomeFolder, machine: string): Promise<Holder | undefined> {
  const { lockHolder } = require('../native/hyperkit') as typeof import('../native/hyperkit');
  const path = home.lockFile(machine);
  if (!existsSync(path)) return undefined;
  const holder = await lockHolder(path);
  // One that was killed has left its name behind.
  return holder !== undefined && isAlive(holder.pid) ? holder : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There is one, of another user.
    return isErrno(error, 'EPERM');
  }
}
