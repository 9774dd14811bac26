import { recordedAs } from './recorded';
import type { Scene } from './scene';
import type { Forward } from './user-network';

/** Without a port of the host one is chosen. */
export type WantedForward = Omit<Forward, 'host'> & { host?: number };

export const SSH_PORT = 22;

/** The ssh server's, then those that the user published. */
export function wantedForwards({ machine, plan }: Scene): WantedForward[] {
  return plan.network.mode === 'user' ? [{ guest: SSH_PORT, protocol: 'tcp' }, ...machine.spec.publish] : [];
}

export function forwardIds(scene: Scene): string[] {
  return wantedForwards(scene).map((_, index) => `forward-${index}`);
}

export function recordedForwards(scene: Scene): Forward[] {
  return forwardIds(scene).map((id) => recordedAs('forward', id, (each) => scene.machine.recorded(each)));
}
