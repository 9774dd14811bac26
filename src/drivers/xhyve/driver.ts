import type { Duplex, Readable } from 'node:stream';

import type { BootImage } from '../../images/image';
import type { Properties, Resource } from '../../resources/resource';
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
import type { XhyveHost } from './host';
import type { Ending } from './lifecycle';
import { stateOf } from './process';

const SSH_PORT = 22;

/** Machines as processes of hyperkit. What it takes to tell a state is loaded with it; the rest when it is asked for. */
export class XhyveDriver implements Driver {
  readonly #context: DriverContext;
  readonly #host: XhyveHost;

  constructor(context: DriverContext, host: XhyveHost) {
    this.#context = context;
    this.#host = host;
  }

  check({ spec }: { spec: MachineSpec }): Promise<void> {
    return new Promise((resolve) => {
      (require('./planner') as typeof import('./planner')).checkSpec(spec, this.#host, this.#context);
      resolve();
    });
  }

  plan(request: { name: string; uuid: string; spec: MachineSpec; image: BootImage }): Promise<Properties> {
    return (require('./planner') as typeof import('./planner')).planMachine(request, this.#host, this.#context);
  }

  resources(machine: DriverMachine): readonly Resource[] {
    return (require('./resources') as typeof import('./resources')).machineResources(machine, this.#host);
  }

  async states(machines: readonly DriverMachine[]): Promise<ReadonlyMap<string, StateReading>> {
    return new Map(await Promise.all(machines.map(async (machine) => [machine.uuid, await read(machine)] as const)));
  }

  watch(machine: DriverMachine, signal: AbortSignal): Promise<AsyncIterable<StateEvent>> {
    return (require('./watch') as typeof import('./watch')).watch(machine, signal);
  }

  async address(machine: DriverMachine): Promise<Address | undefined> {
    const { findLease } = require('../../native/vmnet') as typeof import('../../native/vmnet');
    const { planOf } = require('./plan') as typeof import('./plan');
    const lease = await findLease(planOf(machine).mac, { path: this.#host.leases });
    return lease && { host: lease.address, sshPort: SSH_PORT, guest: lease.address };
  }

  evidence(machine: DriverMachine): Promise<readonly string[]> {
    return (require('./evidence') as typeof import('./evidence')).evidenceOf(machine, this.#host);
  }

  start(machine: DriverMachine, signal: AbortSignal): Promise<void> {
    return lifecycle().start(machine, signal);
  }

  stop(machine: DriverMachine, options: Ending): Promise<void> {
    return lifecycle().stop(machine, options);
  }

  kill(machine: DriverMachine): Promise<void> {
    return lifecycle().kill(machine);
  }

  restart(machine: DriverMachine, options: Ending): Promise<void> {
    return lifecycle().restart(machine, options);
  }

  pause(machine: DriverMachine): Promise<void> {
    return lifecycle().pause(machine);
  }

  resume(machine: DriverMachine): Promise<void> {
    return lifecycle().resume(machine);
  }

  console(machine: DriverMachine): Promise<Duplex> {
    return (require('./console') as typeof import('./console')).openConsole(machine);
  }

  logs(machine: DriverMachine, options: { follow: boolean; signal: AbortSignal }): Promise<Readable> {
    const { ringStream } = require('./ring') as typeof import('./ring');
    const { runFiles } = require('./files') as typeof import('./files');
    return Promise.resolve(ringStream(runFiles(machine.folder).ring, options));
  }

  /** Everything of a machine lies in its folder, or goes with its process. */
  orphans(): Promise<readonly Orphan[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function read(machine: DriverMachine): Promise<StateReading> {
  try {
    return { state: await stateOf(machine) };
  } catch (error) {
    return { error };
  }
}

function lifecycle(): typeof import('./lifecycle') {
  return require('./lifecycle') as typeof import('./lifecycle');
}
