import type { MachineState } from '../drivers/driver';

interface Happened {
  time: Date;
  machine: string;
  uuid: string;
  driver: string;
}

export type MachineEvent =
  | (Happened & { event: 'created' | 'removed' })
  | (Happened & {
      event: 'state';
      state: MachineState;
      /** `crashed`, `shutdown by the guest`, `destroyed`. */
      detail: string;
    });
