import type { Address, MachineSpec } from '../drivers/driver';
import type { BootImage } from '../images/image';
import type { Entry, Properties } from '../resources/resource';

/** `provisioning`: it runs, and is not yet the Docker host that it is to be. */
export type Phase = 'creating' | 'provisioning' | 'ready' | 'removing';

/** What stands in `machines/<name>/machine.json`. */
export interface MachineRecord {
  readonly schema: 1;
  readonly name: string;
  readonly uuid: string;
  /** The driver's name, never an alias. */
  readonly driver: string;
  /**
   * The file of a driver that is none of hvkit's own: it is loaded wherever hvkit is called from, and no other of its name. Or the
   * name of docker-machine's program, on the PATH, where hvkit has a driver of the same name.
   */
  readonly driverPath?: string;
  /** The store of docker-machine's that it was taken over from: hvkit has not made it. */
  readonly importedFrom?: string;
  /** ISO 8601. */
  readonly created: string;
  readonly phase: Phase;
  readonly spec: MachineSpec;
  /** None of a machine that boots none of hvkit's. */
  readonly image?: BootImage;
  readonly plan: Properties;
  readonly resources: Readonly<Record<string, Entry>>;
  /** Where it was reached last. */
  readonly address?: Address;
}
