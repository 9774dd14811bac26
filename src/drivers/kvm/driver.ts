import type { Duplex, Readable } from 'node:stream';

import type { Properties, Resource } from '../../resources/resource';
import type { BootImage } from '../../images/image';
import type {
  Address,
  Driver,
  DriverContext,
  DriverMachine,
  Lease,
  MachineSpec,
  Orphan,
  StateEvent,
  StateReading,
} from '../driver';
import { addressOf } from './address';
import { Connections } from './connections';
import { openConsole } from './console';
import { evidenceOf } from './evidence';
import { leasesOfHome, releaseOne } from './leases';
import { kill, pause, restart, resume, start, stop, type Ending } from './lifecycle';
import { logs } from './log';
import { orphansOf } from './orphans';
import { planMachine } from './planner';
import { machineResources } from './resources';
import { Scene } from './scene';
import { statesOf } from './readings';
import { watch } from './watch';

/** Machines as domains of libvirt's QEMU driver. */
export class KvmDriver implements Driver {
  readonly #context: DriverContext;
  readonly #connections = new Connections();

  constructor(context: DriverContext) {
    this.#context = context;
  }

  plan(request: { name: string; uuid: string; spec: MachineSpec; image: BootImage }): Promise<Properties> {
    return planMachine(request, this.#connections, this.#context);
  }

  resources(machine: DriverMachine): readonly Resource[] {
    return machineResources(this.#scene(machine));
  }

  states(machines: readonly DriverMachine[]): Promise<ReadonlyMap<string, StateReading>> {
    return statesOf(machines, this.#connections);
  }

  watch(machine: DriverMachine, signal: AbortSignal): Promise<AsyncIterable<StateEvent>> {
    return watch(this.#scene(machine), signal);
  }

  address(machine: DriverMachine): Promise<Address | undefined> {
    return addressOf(this.#scene(machine));
  }

  evidence(machine: DriverMachine): Promise<readonly string[]> {
    return evidenceOf(this.#scene(machine));
  }

  start(machine: DriverMachine, signal: AbortSignal): Promise<void> {
    return start(this.#scene(machine), signal);
  }

  stop(machine: DriverMachine, options: Ending): Promise<void> {
    return stop(this.#scene(machine), options);
  }

  kill(machine: DriverMachine): Promise<void> {
    return kill(this.#scene(machine));
  }

  restart(machine: DriverMachine, options: Ending): Promise<void> {
    return restart(this.#scene(machine), options);
  }

  pause(machine: DriverMachine): Promise<void> {
    return pause(this.#scene(machine));
  }

  resume(machine: DriverMachine): Promise<void> {
    return resume(this.#scene(machine));
  }

  console(machine: DriverMachine): Promise<Duplex> {
    return openConsole(this.#scene(machine));
  }

  logs(machine: DriverMachine, options: { follow: boolean; signal: AbortSignal }): Promise<Readable> {
    return logs(this.#scene(machine), options);
  }

  orphans(machines: readonly DriverMachine[]): Promise<readonly Orphan[]> {
    return orphansOf(machines, this.#connections, this.#context);
  }

  leases(): Promise<readonly Lease[]> {
    return leasesOfHome(this.#connections, this.#context);
  }

  release(lease: Lease): Promise<void> {
    return releaseOne(lease, this.#connections, this.#context);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  #scene(machine: DriverMachine): Scene {
    return new Scene(this.#context, this.#connections, machine);
  }
}
