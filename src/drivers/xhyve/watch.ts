import { watch as watchFolder } from 'node:fs';

import { watchProcess, type ProcessExit, type WatchedProcess } from '../../native/hyperkit';
import type { DriverMachine, MachineState, StateEvent } from '../driver';
import { recordedProcess, stateOf } from './process';

const GUEST_RESET = 2;

/** What happens to a machine from now on: its folder tells of a start and a pause, the kernel of an end. */
export async function watch(machine: DriverMachine, signal: AbortSignal): Promise<AsyncIterable<StateEvent>> {
  const changes = new Changes(machine, signal);
  try {
    await changes.follow();
    return events(machine, changes, await stateOf(machine));
  } catch (error) {
    changes.close();
    throw error;
  }
}

async function* events(machine: DriverMachine, changes: Changes, first: MachineState): AsyncGenerator<StateEvent> {
  let last = first;
  try {
    while (await changes.next()) {
      await changes.follow();
      const state = await stateOf(machine);
      if (state === last) continue;
      yield { uuid: machine.uuid, state, detail: detailOf(state, last, changes.exit) };
      last = state;
    }
  } finally {
    changes.close();
  }
}

/** Whatever may have changed the state, from before the first look on. */
class Changes {
  exit: ProcessExit | undefined;
  readonly #machine: DriverMachine;
  readonly #signal: AbortSignal;
  readonly #folder: { close(): void };
  readonly #ended = new AbortController();
  #followed: WatchedProcess | undefined;
  #isNew = false;
  #wake: () => void = () => undefined;

  constructor(machine: DriverMachine, signal: AbortSignal) {
    this.#machine = machine;
    this.#signal = signal;
    this.#folder = watchFolder(machine.folder, this.#notice).on('error', this.#notice);
    signal.addEventListener('abort', this.#notice);
  }

  /** False: nobody wants to know any more. */
  async next(): Promise<boolean> {
    if (!this.#isNew && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#isNew = false;
    return !this.#signal.aborted;
  }

  /** The process that there is now, unless it is followed already. */
  async follow(): Promise<void> {
    const recorded = await recordedProcess(this.#machine);
    const known = this.#followed?.identity;
    if (!recorded || (recorded.pid === known?.pid && recorded.start === known.start)) return;
    this.#followed?.close();
    const followed = await watchProcess(recorded);
    this.#followed = followed;
    this.exit = undefined;
    void this.#tellEnd(followed);
  }

  close(): void {
    this.#folder.close();
    this.#signal.removeEventListener('abort', this.#notice);
    this.#ended.abort();
    this.#followed?.close();
  }

  async #tellEnd(followed: WatchedProcess): Promise<void> {
    const exit = await followed.exit(this.#ended.signal).catch(() => undefined);
    if (exit === undefined || followed !== this.#followed) return;
    this.exit = exit;
    this.#notice();
  }

  readonly #notice = (): void => {
    this.#isNew = true;
    this.#wake();
  };
}

function detailOf(state: MachineState, last: MachineState, exit: ProcessExit | undefined): string {
  if (state === 'Paused') return 'paused';
  if (state === 'Running') return last === 'Paused' ? 'resumed' : 'started';
  if (exit?.code === 0) return 'shutdown by the guest';
  if (exit?.code === GUEST_RESET) return 'reset by the guest';
  if (exit?.signal === 'SIGKILL') return 'destroyed';
  return exit && (exit.code !== null || exit.signal !== null) ? 'crashed' : 'stopped';
}
