import { statSync, watch, type FSWatcher } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { isErrno } from '../files';
import type { Driver, DriverMachine, MachineState, StateEvent } from '../drivers/driver';
import type { MachineEvent } from './event';
import { machineOf } from './ledger';
import type { MachineRecord } from './machine-file';
import { look } from './survey';
import type { Workplace } from './workplace';

/** After a driver could not be asked, until it is asked again. */
const PAUSE_MS = 5000;

export interface Listener {
  tell(event: MachineEvent): void;
  /** Nothing more can be told. */
  fail(error: unknown): void;
}

/** The machine that bears a name at a time. */
interface Present {
  record: MachineRecord;
  state: MachineState | undefined;
  /** Aborts when it is gone. */
  gone: AbortController;
  watched: boolean;
}

/** Tells what happens to one name: a machine that comes, changes its state, and goes, and perhaps comes again. */
export class MachineWatch {
  readonly #place: Workplace;
  readonly #name: string;
  readonly #listener: Listener;
  readonly #told = new Set<string>();
  #folder: { watcher: FSWatcher; inode: number } | undefined;
  #present: Present | undefined;
  #looking = false;
  #again = false;
  #closed = false;

  constructor(place: Workplace, name: string, listener: Listener) {
    this.#place = place;
    this.#name = name;
    this.#listener = listener;
  }

  /** Something happened to the machine's folder. A machine that was there `before` anybody watched is not told of. */
  seen(when?: 'before'): void {
    this.#again = true;
    if (!this.#looking) void this.#lookUntilSeen(when === 'before');
  }

  close(): void {
    this.#closed = true;
    this.#leaveFolder();
    this.#present?.gone.abort();
  }

  async #lookUntilSeen(before: boolean): Promise<void> {
    this.#looking = true;
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#look(before);
      }
    } catch (error) {
      this.#listener.fail(error);
    } finally {
      this.#looking = false;
    }
  }

  async #look(before: boolean): Promise<void> {
    this.#watchFolder();
    const found = await look(this.#place.store, this.#name);
    if (this.#closed) return;
    if (found !== undefined && 'error' in found) {
      this.#warn(found.error.message);
      return;
    }
    if (this.#present !== undefined && this.#present.record.uuid !== found?.uuid) this.#end(this.#present);
    if (found === undefined) return;
    const present = this.#present ?? this.#begin(found, before);
    present.record = found;
    if (!present.watched) await this.#follow(present);
  }

  #begin(record: MachineRecord, before: boolean): Present {
    // A new one is known not to run yet.
    const present = {
      record,
      state: before ? undefined : ('Stopped' as const),
      gone: new AbortController(),
      watched: false,
    };
    this.#present = present;
    if (!before) this.#listener.tell({ event: 'created', ...happenedTo(record) });
    return present;
  }

  #end({ record, gone }: Present): void {
    this.#present = undefined;
    gone.abort();
    this.#listener.tell({ event: 'removed', ...happenedTo(record) });
  }

  /** A driver can watch a machine from when it has it, which of a new one is not at once: each change of its file is a new try. */
  async #follow(present: Present): Promise<void> {
    const { record, gone } = present;
    const machine = machineOf(this.#place.store, record);
    try {
      const driver = await this.#place.drivers.of(record);
      const events = await driver.watch(machine, gone.signal);
      present.watched = true;
      await this.#compare(driver, machine, present);
      void this.#relay(events, present);
    } catch (error) {
      present.watched = false;
      if (record.phase === 'ready') void this.#tryLater(error, present);
    }
  }

  /** What happened before the driver watched. */
  async #compare(driver: Driver, machine: DriverMachine, present: Present): Promise<void> {
    const reading = (await driver.states([machine])).get(machine.uuid);
    if (reading === undefined || !('state' in reading)) return;
    const { state, reason = 'seen' } = reading;
    if (present.state === undefined) present.state = state;
    else this.#changed(present, state, reason);
  }

  async #relay(events: AsyncIterable<StateEvent>, present: Present): Promise<void> {
    try {
      for await (const { state, detail } of events) this.#changed(present, state, detail);
    } catch (error) {
      present.watched = false;
      await this.#tryLater(error, present);
    }
  }

  #changed(present: Present, state: MachineState, detail: string): void {
    if (state === present.state || present.gone.signal.aborted) return;
    present.state = state;
    this.#listener.tell({ event: 'state', ...happenedTo(present.record), state, detail });
  }

  async #tryLater(error: unknown, { gone: { signal } }: Present): Promise<void> {
    if (signal.aborted) return;
    this.#warn(`What happens to "${this.#name}" cannot be seen: ${(error as Error).message}`);
    const isThere = await delay(PAUSE_MS, true, { signal }).catch(() => false);
    if (isThere) this.seen();
  }

  /** The folder may be another one by now: of a machine that came after one that went. */
  #watchFolder(): void {
    const path = this.#place.store.folder(this.#name);
    const inode = statSync(path, { throwIfNoEntry: false })?.ino;
    if (inode === this.#folder?.inode) return;
    this.#leaveFolder();
    if (inode === undefined) return;
    try {
      const watcher = watch(path, () => {
        this.seen();
      });
      watcher.on('error', () => {
        this.#leaveFolder();
      });
      this.#folder = { watcher, inode };
    } catch (error) {
      // It went in between, which the folder above tells of.
      if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  }

  #leaveFolder(): void {
    this.#folder?.watcher.close();
    this.#folder = undefined;
  }

  #warn(message: string): void {
    if (!this.#told.has(message)) this.#place.warn(message);
    this.#told.add(message);
  }
}

function happenedTo({ name, uuid, driver }: MachineRecord): {
  time: Date;
  machine: string;
  uuid: string;
  driver: string;
} {
  return { time: new Date(), machine: name, uuid, driver };
}
