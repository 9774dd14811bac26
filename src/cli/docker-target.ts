import type { Machine } from '../index';
import type { Context } from './context';
import { failure } from './report';
import { target } from './targets';

/** The machine that a docker client is to talk to; with `--swarm` the one that manages the swarm which it is in. */
export async function dockerTarget(
  context: Context,
  name: string | undefined,
  swarm: true | undefined,
): Promise<Machine> {
  const machine = await target(context, name);
  if (swarm === undefined) return machine;
  const { swarmMasterOf } = require('./docker-machine/item') as typeof import('./docker-machine/item');
  const all = await context.hvkit.machines();
  const master = swarmMasterOf(machine, all);
  if (master !== undefined) return context.hvkit.machine(master);
  throw failure({
    code: 'ERR_NO_SWARM',
    message: `The machine "${machine.name}" is in no swarm`,
    hint: 'hvkit create --docker --swarm-master makes one that begins one.',
  });
}
