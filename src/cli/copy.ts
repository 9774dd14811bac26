import type { CopyOptions } from '../index';
import type { Context } from './context';

/** One side of a copy. */
export interface Place {
  /** Undefined: this host. */
  machine?: string;
  path: string;
}

/** `machine:path`; as with scp, a slash before the colon makes it a path of this host: `./a:b`. */
export function parsePlace(text: string): Place {
  const [, machine, path = ''] = /^([^/:]+):(.*)$/s.exec(text) ?? [];
  // No path: the home of the guest's user.
  return machine === undefined ? { path: text } : { machine, path: path === '' ? '.' : path };
}

/** Where several things go, there must be a folder already. */
export function inFolder({ path, ...place }: Place): Place {
  return { ...place, path: `${path.replace(/\/+$/, '')}/.` };
}

export async function copy({ hvkit }: Context, from: Place, to: Place, options: CopyOptions): Promise<void> {
  const source = from.machine === undefined ? undefined : await hvkit.machine(from.machine);
  const target = to.machine === undefined ? undefined : await hvkit.machine(to.machine);
  if (source && target) await source.copyAcross(from.path, target, to.path, options);
  else if (source) await source.copyFrom(from.path, to.path, options);
  else await target?.copyTo(from.path, to.path, options);
}
