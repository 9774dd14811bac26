import { HvError } from '../errors';
import type { MachineRecord } from './machine-file';
import type { Store } from './store';

/** What the machines' files of a home say, in the natural order of the machines' names. */
export interface Survey {
  records: MachineRecord[];
  unreadable: Unreadable[];
}

export interface Unreadable {
  name: string;
  error: HvError;
}

export async function survey(store: Store): Promise<Survey> {
  const found = await Promise.all((await store.names()).map((name) => look(store, name)));
  return {
    // One that was removed in between is none.
    records: found.flatMap((each) => (each !== undefined && 'uuid' in each ? [each] : [])),
    unreadable: found.flatMap((each) => (each !== undefined && 'error' in each ? [each] : [])),
  };
}

/** What one machine's file says; undefined: there is no such machine. */
export async function look(store: Store, name: string): Promise<MachineRecord | Unreadable | undefined> {
  try {
    return await store.find(name);
  } catch (error) {
    if (!HvError.is(error)) throw error;
    return { name, error };
  }
}

/** The machines of each driver. One that boots no image of hvkit's is a host of its own: the others do not wait for it. */
export function byDriver(records: readonly MachineRecord[]): (readonly [MachineRecord, ...MachineRecord[]])[] {
  const groups = new Map<string, [MachineRecord, ...MachineRecord[]]>();
  for (const record of records) {
    const key = JSON.stringify([record.driver, record.driverPath, record.image ? undefined : record.name]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return [...groups.values()];
}
