import type { Duplex, Readable } from 'node:stream';

import type { HeadStart } from '../../resources/engine';
import type { Properties, Resource } from '../../resources/resource';
import { booted } from '../../images/booted';
import type { BootImage } from '../../images/image';
import type { ShareType } from '../../images/share-mount';
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
import { Connections } from './connections';
import type { Ending } from './lifecycle';
import { toItsEnd } from './lost';
import { Scene } from './scene';
import { statesOf } from './readings';

/** Machines as domains of libvirt's QEMU driver. What it takes to tell a state is loaded with it; the rest when it is asked for. */
export class KvmDriver implements Driver {
  readonly #context: DriverContext;
  readonly #connections = new Connections();

  constructor(context: DriverContext) {
    this.#context = context;
  }

  check(request: { name: string; spec: MachineSpec }): Promise<void> {
    return (require('./planner') as typeof import('./planner')).checkSpec(request, this.#connections, this.#context);
  }

  plan(request: { name: string; uuid: string; spec: MachineSpec; image?: BootImage }): Promise<Properties> {
    return (require('./planner') as typeof import('./planner')).planMachine(
      booted(request),
      this.#connections,
      this.#context,
    );
  }

  resources(machine: DriverMachine): readonly Resource[] {
    return (require('./resources') as typeof import('./resources')).machineResources(this.#scene(machine));
  }

  states(machines: readonly DriverMachine[]): Promise<ReadonlyMap<string, StateReading>> {
    return statesOf(machines, this.#connections);
  }

  watch(machine: DriverMachine, signal: AbortSignal): Promise<AsyncIterable<StateEvent>> {
    return (require('./watch') as typeof import('./watch')).watch(this.#scene(machine), signal);
  }

  address(machine: DriverMachine): Promise<Address | undefined> {
    return (require('./address') as typeof import('./address')).addressOf(this.#scene(machine));
  }

  evidence(machine: DriverMachine): Promise<readonly string[]> {
    return (require('./evidence') as typeof import('./evidence')).evidenceOf(this.#scene(machine));
  }

  headStart(machine: DriverMachine): HeadStart | undefined {
    return lifecycle().headStart(this.#scene(machine));
  }

  start(machine: DriverMachine, signal: AbortSignal): Promise<void> {
    const scene = this.#scene(machine);
    return toItsEnd(scene, lifecycle().start(scene, signal));
  }

  stop(machine: DriverMachine, options: Ending): Promise<void> {
    const scene = this.#scene(machine);
    return toItsEnd(scene, lifecycle().stop(scene, options));
  }

  kill(machine: DriverMachine): Promise<void> {
    const scene = this.#scene(machine);
    return toItsEnd(scene, lifecycle().kill(scene));
  }

  restart(machine: DriverMachine, options: Ending): Promise<void> {
    const scene = this.#scene(machine);
    return toItsEnd(scene, lifecycle().restart(scene, options));
  }

  pause(machine: DriverMachine): Promise<void> {
    const scene = this.#scene(machine);
    return toItsEnd(scene, lifecycle().pause(scene));
  }

  resume(machine: DriverMachine): Promise<void> {
    const scene = this.#scene(machine);
    return toItsEnd(scene, lifecycle().resume(scene));
  }

  console(machine: DriverMachine): Promise<Duplex> {
    return (require('./console') as typeof import('./console')).openConsole(this.#scene(machine));
  }

  logs(machine: DriverMachine, options: { follow: boolean; signal: AbortSignal }): Promise<Readable> {
    return (require('./log') as typeof import('./log')).logs(this.#scene(machine), options);
  }

  shareType(machine: DriverMachine): ShareType | undefined {
    return this.#scene(machine).plan.shares;
  }

  orphans(machines: readonly DriverMachine[]): Promise<readonly Orphan[]> {
    return (require('./orphans') as typeof import('./orphans')).orphansOf(machines, this.#connections, this.#context);
  }

  leases(): Promise<readonly Lease[]> {
    return (require('./leases') as typeof import('./leases')).leasesOfHome(this.#connections, this.#context);
  }

  release(lease: Lease): Promise<void> {
    return (require('./leases') as typeof import('./leases')).releaseOne(lease, this.#connections, this.#context);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  #scene(machine: DriverMachine): Scene {
    return new Scene(this.#context, this.#connections, machine);
  }
}

function lifecycle(): typeof import('./lifecycle') {
  return require('./lifecycle') as typeof import('./lifecycle');
}
