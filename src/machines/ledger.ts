import { isDeepStrictEqual } from 'node:util';

import type { Address, DriverMachine } from '../drivers/driver';
import type { Entry, Journal, Properties } from '../resources/resource';
import { HvError } from '../errors';
import { isNoSpace } from '../files';
import { settled } from './address';
import type { MachineRecord } from './machine-file';
import type { Store } from './store';

type Change = Partial<Pick<MachineRecord, 'phase' | 'address' | 'resources'>>;

/** A machine's file, open to be changed by whoever holds the machine's lock. The engine writes its steps into it. */
export class Ledger implements Journal {
  readonly #store: Store;
  #record: MachineRecord;
  #writing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  constructor(store: Store, record: MachineRecord) {
    this.#store = store;
    this.#record = record;
  }

  get record(): MachineRecord {
    return this.#record;
  }

  /** As its driver sees it: always what is recorded at the moment. */
  get machine(): DriverMachine {
    return {
      ...machineOf(this.#store, this.#record),
      recorded: (id) => this.get(id)?.properties,
      record: (id, properties) => this.#settle(id, properties),
    };
  }

  get(id: string): Entry | undefined {
    return Object.hasOwn(this.#record.resources, id) ? this.#record.resources[id] : undefined;
  }

  entries(): ReadonlyMap<string, Entry> {
    return new Map(Object.entries(this.#record.resources));
  }

  async set(id: string, entry: Entry): Promise<void> {
    const write = this.#change({ resources: { ...this.#record.resources, [id]: entry } });
    await (entry.state === 'deleting' ? evenWithoutSpace(write) : write);
  }

  async remove(id: string): Promise<void> {
    const { [id]: _gone, ...resources } = this.#record.resources;
    await evenWithoutSpace(this.#change({ resources }));
  }

  async enter(phase: MachineRecord['phase']): Promise<void> {
    const write = this.#change({ phase });
    await (phase === 'removing' ? evenWithoutSpace(write) : write);
  }

  /** Whether it was asked for by then does not matter any more. */
  async reached(address: Address): Promise<void> {
    const now = settled(address);
    // Mostly it is the same again, which needs no room on a full disk.
    if (!isDeepStrictEqual(this.#record.address, now)) await this.#change({ address: now });
  }

  #settle(id: string, properties: Properties): Promise<void> {
    const entry = this.get(id);
    if (entry) return this.#change({ resources: { ...this.#record.resources, [id]: { ...entry, properties } } });
    const message = `The driver ${this.#record.driver} settles "${id}" anew, which is not recorded`;
    return Promise.reject(new HvError({ code: 'ERR_RESOURCE_GRAPH', message }));
  }

  /** Steps that end side by side are written together: each waits for a write that began after its own change. */
  #change(change: Change): Promise<void> {
    this.#record = { ...this.#record, ...change };
    this.#waiting ??= this.#writing.then(() => {
      this.#waiting = undefined;
      const write = this.#store.write(this.#record);
      // Whoever waits for this write is told of its failure; the next one is tried all the same.
      this.#writing = write.catch(() => undefined);
      return write;
    });
    return this.#waiting;
  }
}

/** A machine for somebody who only looks. */
export function machineOf(store: Store, record: MachineRecord): DriverMachine {
  const { name, uuid, spec, image, plan, resources } = record;
  return {
    name,
    uuid,
    folder: store.folder(name),
    spec,
    ...(image && { image }),
    plan,
    recorded: (id) => (Object.hasOwn(resources, id) ? resources[id]?.properties : undefined),
    record: (id) =>
      Promise.reject(
        new HvError({
          code: 'ERR_RESOURCE_GRAPH',
          message: `The driver ${record.driver} settles "${id}" anew while it only looks at the machine`,
        }),
      ),
  };
}

/**
 * What is taken away is taken away although the disk is full, which may be why. The old file then goes on saying that it is
 * there, and whoever believes it finds that it is gone already.
 */
async function evenWithoutSpace(write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isNoSpace(error)) throw error;
  }
}
