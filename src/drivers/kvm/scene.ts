import { booted, type Booted } from '../../images/booted';
import type { Connection } from '../../native/libvirt';
import type { DriverContext, DriverMachine } from '../driver';
import type { Connections } from './connections';
import { planOf, type KvmPlan } from './plan';

/** A machine with all that is needed to work on it. */
export class Scene {
  readonly context: DriverContext;
  readonly connections: Connections;
  readonly machine: Booted<DriverMachine>;
  readonly plan: KvmPlan;

  constructor(context: DriverContext, connections: Connections, machine: DriverMachine) {
    this.context = context;
    this.connections = connections;
    this.machine = booted(machine);
    this.plan = planOf(machine);
  }

  /** To change something. */
  writer(): Promise<Connection> {
    return this.connections.writer(this.plan.target);
  }

  /** To look: asked again if the daemon went away meanwhile. */
  read<T>(request: (connection: Connection) => Promise<T>): Promise<T> {
    return this.connections.read(this.plan.target, request);
  }
}
