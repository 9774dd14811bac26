import type { Resource } from '../../../resources/resource';
import { forwardIds, wantedForwards } from '../parts';
import type { Scene } from '../scene';
import { storageResources } from '../storage';
import { DomainResource } from './domain';
import { ForwardResource } from './forward';

/** All that a machine consists of. */
export function machineResources(scene: Scene): Resource[] {
  const ids = forwardIds(scene);
  const forwards = wantedForwards(scene).map((wanted, index) => new ForwardResource(scene, ids[index] ?? '', wanted));
  const parts = [...storageResources(scene), ...forwards];
  return [
    ...parts,
    new DomainResource(
      scene,
      parts.map(({ id }) => id),
    ),
  ];
}
