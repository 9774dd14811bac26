import type { DriverMachine } from '../drivers/driver';
import { Graph } from '../resources/graph';
import type { Resource } from '../resources/resource';
import { DockerCredentials } from './docker-credentials';
import type { DockerHome } from './docker-home';
import type { Engaged } from './drivers';
import { keyResources } from './keys';

/** All that a machine consists of: its keys, unless it takes none, its Docker's certificates, and what its driver makes of it. */
export function graphOf({ definition, driver }: Engaged, machine: DriverMachine, docker: DockerHome): Graph {
  const keys = definition.takes?.keys === false ? [] : keyResources(machine);
  const ids = keys.map(({ id }) => id);
  const credentials = machine.spec.docker ? [new DockerCredentials(docker, machine)] : [];
  return new Graph([...keys, ...credentials, ...driver.resources(machine).map((resource) => after(ids, resource))]);
}

/** What has no parents of its own comes after the keys, which drivers read. */
function after(ids: readonly string[], resource: Resource): Resource {
  if (resource.parents.length > 0) return resource;
  const { id, kind, shared } = resource;
  return {
    id,
    kind,
    parents: ids,
    ...(shared && { shared }),
    create: (step) => resource.create(step),
    read: (step) => resource.read(step),
    ...(resource.update && { update: resource.update.bind(resource) }),
    delete: (step) => resource.delete(step),
  };
}
