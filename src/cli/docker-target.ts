import type { DockerHost, Machine } from '../index';
import type { Context } from './context';
import { failure } from './report';
import { target } from './targets';

/** What a docker client is to talk to: a machine's Docker, or with `--swarm` the manager of the swarm which it is in. */
export async function dockerTarget(
  context: Context,
  name: string | undefined,
  swarm: true | undefined,
): Promise<{ name: string; docker: DockerHost }> {
  const machine = await target(context, name);
  if (swarm === undefined) return { name: machine.name, docker: await machine.docker() };
  const { swarmMasterOf, swarmUrl } = require('./docker-machine/item') as typeof import('./docker-machine/item');
  const manager = await managerOf(machine, context, swarmMasterOf);
  const docker = await manager.docker();
  return { name: manager.name, docker: { ...docker, url: swarmUrl(manager.spec, docker.url) } };
}

async function managerOf(
  machine: Machine,
  { hvkit }: Context,
  swarmMasterOf: typeof import('./docker-machine/item').swarmMasterOf,
): Promise<Machine> {
  const master = swarmMasterOf(machine, await hvkit.machines());
  if (master !== undefined) return hvkit.machine(master);
  throw failure({
    code: 'ERR_NO_SWARM',
    message: `The machine "${machine.name}" is in no swarm`,
    hint: 'hvkit create --docker --swarm-master makes one that begins one.',
  });
}
