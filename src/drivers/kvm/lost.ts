import { constants } from 'node:os';

import { HvError } from '../../errors';
import { LibvirtError } from '../../native/libvirt';
import type { Properties, Resource } from '../../resources/resource';
import type { Scene } from './scene';

/** What is said of a connection that ended while something was asked over it. */
const LOST = new Set(['ERR_CONNECTION_CLOSED', 'ERR_CONNECTION_LOST']);
/** What libvirt itself says of it: `Cannot recv data`, `client socket is closed`, `Failed to connect socket`. */
const BROKEN = new Set(['VIR_ERR_SYSTEM_ERROR', 'VIR_ERR_INTERNAL_ERROR']);
const DENIED: readonly (number | undefined)[] = [constants.errno.EACCES, constants.errno.EPERM];

/** Of work on a machine: a daemon that goes away in the middle of it is told as what it is. */
export async function toItsEnd<T>({ plan, machine }: Scene, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isLost(error)) throw error;
    throw new HvError({
      code: 'ERR_CONNECTION_LOST',
      message: `libvirt (${plan.target.uri}) went away, or has stopped answering, in the middle of it`,
      hint: `hvkit status ${machine.name}; then the same again`,
      cause: error,
    });
  }
}

/** The same of each of its resources. */
export function resourceToItsEnd(scene: Scene, resource: Resource): Resource {
  const { id, kind, parents, shared } = resource;
  const update = resource.update?.bind(resource);
  return {
    id,
    kind,
    parents,
    ...(shared && { shared }),
    create: (step) => toItsEnd(scene, resource.create(step)),
    read: (step) => resource.read(step),
    ...(update && { update: (step): Promise<Properties> => toItsEnd(scene, update(step)) }),
    delete: (step) => toItsEnd(scene, resource.delete(step)),
  };
}

function isLost(error: unknown): boolean {
  if (!HvError.is(error)) return false;
  if (!LibvirtError.is(error)) return LOST.has(error.code);
  return error.domain === 'VIR_FROM_RPC' && BROKEN.has(error.code) && !DENIED.includes(error.integers[0]);
}
