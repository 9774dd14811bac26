import {
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainPausedReason,
  DomainShutoffReason,
  DomainState,
} from '../../native/libvirt';
import type { MachineState, StateEvent } from '../driver';

export interface Seen {
  state: MachineState;
  reason?: string;
}

const STATES: Readonly<Record<number, MachineState>> = {
  [DomainState.RUNNING]: 'Running',
  [DomainState.BLOCKED]: 'Error',
  [DomainState.PAUSED]: 'Paused',
  // Still there: taken for stopped, a stop would return too early.
  [DomainState.SHUTDOWN]: 'Stopping',
  [DomainState.SHUTOFF]: 'Stopped',
  [DomainState.CRASHED]: 'Error',
  [DomainState.PMSUSPENDED]: 'Saved',
};

const PAUSED: Readonly<Record<number, Seen>> = {
  [DomainPausedReason.STARTING_UP]: { state: 'Starting' },
  [DomainPausedReason.SHUTTING_DOWN]: { state: 'Stopping' },
  [DomainPausedReason.IOERROR]: { state: 'Error', reason: 'stopped at an I/O error: is the disk of this host full?' },
  [DomainPausedReason.CRASHED]: { state: 'Error', reason: 'crashed' },
  [DomainPausedReason.WATCHDOG]: { state: 'Paused', reason: 'its watchdog ran out' },
};

const OFF: Readonly<Record<number, Seen>> = {
  [DomainShutoffReason.CRASHED]: { state: 'Stopped', reason: 'crashed' },
  [DomainShutoffReason.FAILED]: { state: 'Stopped', reason: 'failed to start, or QEMU ended' },
  [DomainShutoffReason.SAVED]: { state: 'Saved' },
};

/** docker-machine's state for libvirt's. */
export function stateOf(state: number, reason: number): Seen {
  const special = { [DomainState.PAUSED]: PAUSED, [DomainState.SHUTOFF]: OFF }[state]?.[reason];
  return special ?? { state: STATES[state] ?? 'Error' };
}

const STOPPED: Readonly<Record<number, string>> = {
  [DomainEventStoppedDetailType.SHUTDOWN]: 'shutdown by the guest',
  [DomainEventStoppedDetailType.DESTROYED]: 'destroyed',
  [DomainEventStoppedDetailType.CRASHED]: 'crashed',
  [DomainEventStoppedDetailType.SAVED]: 'saved',
  [DomainEventStoppedDetailType.FAILED]: 'QEMU ended',
};

const SUSPENDED: Readonly<Record<number, string>> = {
  [DomainEventSuspendedDetailType.PAUSED]: 'paused',
  [DomainEventSuspendedDetailType.IOERROR]: 'stopped at an I/O error',
  [DomainEventSuspendedDetailType.WATCHDOG]: 'its watchdog ran out',
};

/** What a lifecycle event means; undefined: nothing for the state. */
export function eventOf(event: DomainEventType, detail: number): Omit<StateEvent, 'uuid'> | undefined {
  switch (event) {
    case DomainEventType.STARTED:
      return { state: 'Running', detail: 'started' };
    case DomainEventType.RESUMED:
      return { state: 'Running', detail: 'resumed' };
    case DomainEventType.SUSPENDED:
      return {
        state: detail === DomainEventSuspendedDetailType.IOERROR ? 'Error' : 'Paused',
        detail: SUSPENDED[detail] ?? 'paused',
      };
    case DomainEventType.SHUTDOWN:
      return { state: 'Stopping', detail: 'shutting down' };
    case DomainEventType.STOPPED:
      return {
        state: detail === DomainEventStoppedDetailType.SAVED ? 'Saved' : 'Stopped',
        detail: STOPPED[detail] ?? 'stopped',
      };
    case DomainEventType.PMSUSPENDED:
      return { state: 'Saved', detail: 'asleep' };
    case DomainEventType.CRASHED:
      return { state: 'Error', detail: 'crashed' };
    case DomainEventType.UNDEFINED:
    case DomainEventType.DEFINED:
      return undefined;
    default:
      // A newer libvirt's.
      return undefined;
  }
}
