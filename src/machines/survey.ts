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

/** The machines of each driver. */
export function byDriver(records: readonly MachineRecord[]): Map<string, MachineRecord[]> {
  const groups = new Map<string, MachineRecord[]>();
  for (const record of records) {
    const group = groups.get(record.driver);
    if (group === undefined) groups.set(record.driver, [record]);
    else group.push(record);
  }
  return groups;
}
