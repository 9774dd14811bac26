import type { Resource } from '../../../resources/resource';
import { forwardIds, wantedForwards } from '../forwards';
import { resourceToItsEnd } from '../lost';
import type { Scene } from '../scene';
import { storageResources } from '../storage';
import { AddressResource } from './address';
import { DomainResource } from './domain';
import { ForwardResource } from './forward';
import { NetworkResource } from './network';

/** All that a machine consists of. */
export function machineResources(scene: Scene): Resource[] {
  const ids = forwardIds(scene);
  const forwards = wantedForwards(scene).map(
    (wanted, index) => new ForwardResource(scene, ids[index] ?? '', { wanted, before: ids.slice(0, index) }),
  );
  const { network } = scene.plan;
  const nat = network.mode === 'nat' ? [network] : [];
  const networks = nat.map((each) => new NetworkResource(scene, each));
  const parts = [...storageResources(scene), ...networks, ...forwards];
  const domain = new DomainResource(
    scene,
    parts.map(({ id }) => id),
  );
  const addresses = nat.map((each) => new AddressResource(scene, each));
  return [...parts, domain, ...addresses].map((resource) => resourceToItsEnd(scene, resource));
}
