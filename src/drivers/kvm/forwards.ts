import { DOCKER_PORT } from '../../docker/daemon-json';
import { recordedAs } from './recorded';
import type { Scene } from './scene';
import type { Forward } from './user-network';

/** Without a port of the host one is chosen. */
export type WantedForward = Omit<Forward, 'host'> & { host?: number | undefined };

export const SSH_PORT = 22;

/** The ssh server's, then those that the user published, then that of a Docker host's Docker. */
export function wantedForwards({ machine: { spec }, plan }: Scene): WantedForward[] {
  if (plan.network.mode !== 'user') return [];
  const isThere = spec.publish.some(({ guest, protocol }) => guest === DOCKER_PORT && protocol === 'tcp');
  const docker: WantedForward[] = spec.docker && !isThere ? [{ guest: DOCKER_PORT, protocol: 'tcp' }] : [];
  return [{ guest: SSH_PORT, protocol: 'tcp' }, ...spec.publish, ...docker];
}

export function forwardIds(scene: Scene): string[] {
  return wantedForwards(scene).map((_, index) => `forward-${index}`);
}

export function recordedForwards(scene: Scene): Forward[] {
  return forwardIds(scene).map((id) => recordedAs('forward', id, (each) => scene.machine.recorded(each)));
}
