import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { textOf, writeWhole } from '../../files';
import type { Properties, Resource } from '../../resources/resource';
import type { SshTarget } from '../../ssh/target';
import type {
  Address,
  Driver,
  DriverContext,
  DriverMachine,
  MachineSpec,
  Orphan,
  StateEvent,
  StateReading,
} from '../driver';
import { planOf, type GenericPlan } from './plan';
import { probe } from './probe';

const LOOK_MS = 5000;
/** Of a key that only the agent has. */
const PUBLIC_KEY = 'id_agent.pub';

/** Hosts that are there already, and stay when they are removed here. */
export class GenericDriver implements Driver {
  readonly #context: DriverContext;

  constructor(context: DriverContext) {
    this.#context = context;
  }

  check({ spec }: { spec: MachineSpec }): Promise<void> {
    return Promise.resolve().then(() => {
      (require('./wanted') as typeof import('./wanted')).wantedBy(spec, this.#context);
    });
  }

  plan({ spec }: { spec: MachineSpec }): Promise<Properties> {
    return (require('./planner') as typeof import('./planner')).planHost(spec, this.#context);
  }

  resources(machine: DriverMachine): readonly Resource[] {
    const { publicKey } = planOf(machine);
    return publicKey === undefined ? [] : [publicKeyFile(machine, publicKey)];
  }

  async states(machines: readonly DriverMachine[]): Promise<ReadonlyMap<string, StateReading>> {
    const readings = machines.map(async (machine) => [machine.uuid, await read(machine)] as const);
    return new Map(await Promise.all(readings));
  }

  async watch(machine: DriverMachine, signal: AbortSignal): Promise<AsyncIterable<StateEvent>> {
    return changesOf(machine, await probe(planOf(machine), signal), signal);
  }

  address(machine: DriverMachine): Promise<Address> {
    const { host, port } = planOf(machine);
    return Promise.resolve({ host, sshPort: port });
  }

  ssh(machine: DriverMachine): Promise<SshTarget> {
    return Promise.resolve(targetOf(machine));
  }

  /** Of one that is a Docker host. */
  url(machine: DriverMachine): Promise<string | undefined> {
    const { host, enginePort } = planOf(machine);
    const place = host.includes(':') ? `[${host}]` : host;
    return Promise.resolve(machine.spec.docker && `tcp://${place}:${enginePort}`);
  }

  async evidence(machine: DriverMachine): Promise<readonly string[]> {
    const reading = await probe(planOf(machine));
    if ('error' in reading) return [(reading.error as Error).message];
    return [reading.reason ?? 'an ssh server answers'];
  }

  /** Of one that is taken in it is enough that it runs. */
  async start(machine: DriverMachine, signal: AbortSignal): Promise<void> {
    const reading = await probe(planOf(machine), signal);
    if ('error' in reading) throw reading.error;
    if (reading.state === 'Running') return;
    throw unsupported('start', `${reading.reason ?? 'it is off'}. Switch the host on where it stands.`);
  }

  stop(machine: DriverMachine): Promise<void> {
    return Promise.reject(unsupported('stop', `hvkit kill ${machine.name} shuts the host down by ssh.`));
  }

  async kill(machine: DriverMachine): Promise<void> {
    await power().shutDown(machine.name, targetOf(machine), this.#context);
  }

  async restart(machine: DriverMachine, options: { graceMs: number; signal: AbortSignal }): Promise<void> {
    const how = { plan: planOf(machine), context: this.#context, ...options };
    await power().reboot(machine.name, targetOf(machine), how);
  }

  /** Nothing is made on the host. */
  orphans(): Promise<readonly Orphan[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function targetOf(machine: DriverMachine): SshTarget {
  const { host, port, user, hostKey, identityFile = join(machine.folder, PUBLIC_KEY) } = planOf(machine);
  return { host, port, user, hostKey, identityFile };
}

async function read(machine: DriverMachine): Promise<StateReading> {
  try {
    return await probe(planOf(machine));
  } catch (error) {
    return { error };
  }
}

/** No host tells when it goes: it has to be looked at again and again. */
async function* changesOf(machine: DriverMachine, first: StateReading, signal: AbortSignal): AsyncIterable<StateEvent> {
  const plan: GenericPlan = planOf(machine);
  let last = 'state' in first ? first.state : undefined;
  try {
    for (;;) {
      await delay(LOOK_MS, undefined, { signal });
      const reading = await probe(plan, signal);
      if ('error' in reading || reading.state === last) continue;
      last = reading.state;
      yield { uuid: machine.uuid, state: last, detail: reading.reason ?? 'an ssh server answers' };
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function publicKeyFile({ folder }: DriverMachine, publicKey: string): Resource {
  const file = join(folder, PUBLIC_KEY);
  return {
    kind: 'public ssh key',
    id: 'public-key',
    parents: [],
    create: async () => {
      await writeWhole(file, `${publicKey}\n`);
      return { file, publicKey };
    },
    read: async () => {
      const found = await textOf(file);
      return found === undefined ? undefined : { file, publicKey: found.trim() };
    },
    delete: () => rm(file, { force: true }),
  };
}

/** In docker-machine's words. */
function unsupported(what: string, hint: string): HvError {
  return new HvError({ code: 'ERR_UNSUPPORTED', message: `generic driver does not support ${what}`, hint });
}

function power(): typeof import('./power') {
  return require('./power') as typeof import('./power');
}
