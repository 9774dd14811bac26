import type { Duplex, Readable } from 'node:stream';

import { booted } from '../../images/booted';
import type { BootImage } from '../../images/image';
import type { ShareType } from '../../images/share-mount';
import type { Properties, Resource } from '../../resources/resource';
import type {
  Address,
  AddressWatch,
  Driver,
  DriverContext,
  DriverMachine,
  MachineSpec,
  Lease,
  Orphan,
  StateEvent,
  StateReading,
} from '../driver';
import type { XhyveHost } from './host';
import type { Ending } from './lifecycle';
import { stateOf } from './process';
import { requireFolder } from './run-folder';
import { runFilesOf, type RunFiles } from './run-files';

const SSH_PORT = 22;

/** Machines as processes of hyperkit. What it takes to tell a state is loaded with it; the rest when it is asked for. */
export class XhyveDriver implements Driver {
  readonly #context: DriverContext;
  readonly #host: XhyveHost;

  constructor(context: DriverContext, host: XhyveHost) {
    this.#context = context;
    this.#host = host;
  }

  async check({ spec }: { spec: MachineSpec }): Promise<void> {
    await (require('./planner') as typeof import('./planner')).checkSpec(spec, this.#host, this.#context);
  }

  plan(request: { name: string; uuid: string; spec: MachineSpec; image?: BootImage }): Promise<Properties> {
    return (require('./planner') as typeof import('./planner')).planMachine(booted(request), this.#host, this.#context);
  }

  resources(machine: DriverMachine): readonly Resource[] {
    return (require('./resources') as typeof import('./resources')).machineResources(
      machine,
      this.#run(machine),
      this.#host,
    );
  }

  async states(machines: readonly DriverMachine[]): Promise<ReadonlyMap<string, StateReading>> {
    return new Map(
      await Promise.all(
        machines.map(async (machine) => [machine.uuid, await read(machine, this.#run(machine))] as const),
      ),
    );
  }

  watch(machine: DriverMachine, signal: AbortSignal): Promise<AsyncIterable<StateEvent>> {
    return (require('./watch') as typeof import('./watch')).watch(machine, this.#run(machine), signal);
  }

  async address(machine: DriverMachine): Promise<Address | undefined> {
    const { findLease } = require('../../native/vmnet') as typeof import('../../native/vmnet');
    const { planOf } = require('./plan') as typeof import('./plan');
    const { mac, network } = planOf(machine);
    // What is kept stands in no table; what stands there is so.
    const address = (await findLease(mac, { path: this.#host.leases }))?.address ?? network.address;
    return address === undefined ? undefined : { host: address, sshPort: SSH_PORT, guest: address };
  }

  watchAddress(): AddressWatch {
    const { TableWatch } = require('../../native/vmnet') as typeof import('../../native/vmnet');
    return new TableWatch(this.#host.leases);
  }

  evidence(machine: DriverMachine): Promise<readonly string[]> {
    return (require('./evidence') as typeof import('./evidence')).evidenceOf(machine, this.#run(machine), this.#host);
  }

  async start(machine: DriverMachine, signal: AbortSignal): Promise<void> {
    await this.#requireNetwork(machine);
    await this.#requireKept(machine);
    await lifecycle().start(machine, this.#run(machine), signal);
  }

  stop(machine: DriverMachine, options: Ending): Promise<void> {
    return lifecycle().stop(this.#run(machine), options);
  }

  kill(machine: DriverMachine): Promise<void> {
    return lifecycle().kill(this.#run(machine));
  }

  async restart(machine: DriverMachine, options: Ending): Promise<void> {
    await this.#requireNetwork(machine);
    await lifecycle().restart(machine, this.#run(machine), options);
  }

  pause(machine: DriverMachine): Promise<void> {
    return lifecycle().pause(machine, this.#run(machine));
  }

  resume(machine: DriverMachine): Promise<void> {
    return lifecycle().resume(machine, this.#run(machine));
  }

  console(machine: DriverMachine): Promise<Duplex> {
    return (require('./console') as typeof import('./console')).openConsole(machine, this.#run(machine));
  }

  logs(machine: DriverMachine, options: { follow: boolean; signal: AbortSignal }): Promise<Readable> {
    const { ringStream } = require('./ring') as typeof import('./ring');
    return Promise.resolve(ringStream(this.#run(machine), options));
  }

  shareType(): ShareType {
    return '9p';
  }

  orphans(machines: readonly DriverMachine[]): Promise<readonly Orphan[]> {
    return (require('./orphans') as typeof import('./orphans')).orphansOf(this.#context, machines, this.#host);
  }

  leases(): Promise<readonly Lease[]> {
    return (require('./leases') as typeof import('./leases')).leasesOf(this.#context, this.#host);
  }

  release(lease: Lease): Promise<void> {
    return (require('./leases') as typeof import('./leases')).releaseLease(lease, this.#host);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #requireNetwork(machine: DriverMachine): Promise<void> {
    const { planOf } = require('./plan') as typeof import('./plan');
    const { requireNetwork } = require('./network') as typeof import('./network');
    return requireNetwork(planOf(machine).network, this.#host);
  }

  /** A machine that runs has it, and nobody else can. */
  async #requireKept(machine: DriverMachine): Promise<void> {
    const { planOf } = require('./plan') as typeof import('./plan');
    const { requireKept } = require('./network') as typeof import('./network');
    if ((await stateOf(this.#run(machine))) === 'Stopped') await requireKept(planOf(machine), this.#host);
  }

  #run({ uuid }: DriverMachine): RunFiles {
    return runFilesOf(this.#context.home, uuid);
  }
}

async function read(machine: DriverMachine, run: RunFiles): Promise<StateReading> {
  try {
    await requireFolder(machine, run);
    const state = await stateOf(run);
    if (state !== 'Stopped') return { state };
    const reason = await (require('./endings') as typeof import('./endings')).reasonOf(run);
    return { state, ...(reason !== undefined && { reason }) };
  } catch (error) {
    return { error };
  }
}

function lifecycle(): typeof import('./lifecycle') {
  return require('./lifecycle') as typeof import('./lifecycle');
}
