import type { Address, MachineSpec, MachineState } from '../drivers/driver';
import type { HvError } from '../errors';
import type { Phase } from './machine-file';

/** A row of `ls`. Of a machine whose file cannot be read only `name`, `state` (`Error`) and `error` are there. */
export interface MachineSummary {
  name: string;
  state: MachineState;
  /** Why the state is what it is, where the hypervisor says so. */
  reason?: string;
  error?: HvError;
  uuid?: string;
  driver?: string;
  phase?: Phase;
  created?: Date;
  spec?: MachineSpec;
  /** As last seen: of a machine that runs, where it is reached. */
  address?: Address;
  /** Of a Docker host that runs, where it was asked for. */
  docker?: DockerSummary;
  /** How long it took until all of this was known. */
  responseMs?: number;
}

export interface DockerSummary {
  /** `tcp://192.168.122.10:2376`. */
  url?: string;
  /** `24.0.7`. */
  version?: string;
  /** Until when the certificate that it shows is good. */
  certificateEnds?: Date;
  /** Why the one or the other is not known. */
  error?: HvError;
}
