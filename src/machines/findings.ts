import { HvError } from '../errors';
import type { Reading, Repair } from '../resources/engine';
import type { Finding } from './finding';
import type { MachineRecord } from './machine-file';
import type { Unreadable } from './survey';

/** What was read of a machine's resource, for people; undefined: it is as it should be. */
export function findingOf({ name, driver }: MachineRecord, reading: Reading): Finding | undefined {
  const { id: resource, kind } = reading;
  const where = { machine: name, driver, resource };
  const hint = `hvkit repair ${name}`;
  switch (reading.status) {
    case 'ok':
      return undefined;
    case 'missing':
      return {
        kind: 'missing',
        message: `The ${kind} is not there`,
        ...where,
        hint,
        ...given('recorded', reading.recorded),
      };
    case 'drifted': {
      const { recorded, found } = reading;
      return { kind: 'drifted', message: `The ${kind} is not as it is recorded`, ...where, hint, recorded, found };
    }
    case 'unfinished': {
      const verb = reading.state === 'creating' ? 'Making' : 'Deleting';
      const message = `${verb} the ${kind} was begun, and never ended`;
      const { recorded, found } = reading;
      return { kind: 'unfinished', message, ...where, hint, recorded, ...given('found', found) };
    }
    case 'unreadable':
      return { kind: 'unreadable', message: `The ${kind} could not be looked at`, ...where, ...because(reading.error) };
  }
}

/** After it was tried to put it right. */
export function findingAfter(record: MachineRecord, repair: Repair): Finding | undefined {
  const finding = findingOf(record, repair);
  if (finding === undefined) return undefined;
  const { hint: _tried, ...rest } = finding;
  if (repair.failure === undefined) return { ...rest, mended: true };
  return { ...rest, ...because(repair.failure), mended: false };
}

/** A machine's file that cannot be read: what it has is not known, and is left alone. */
export function unreadableFile({ name, error }: Unreadable): Finding {
  return { kind: 'machine', message: error.message, machine: name, ...because(error) };
}

export function unfinishedMachine({ name, driver, phase }: MachineRecord): Finding {
  const what = { creating: 'creation', provisioning: 'provisioning', ready: 'making', removing: 'removal' }[phase];
  return {
    kind: 'machine',
    message: `The ${what} of the machine "${name}" was begun, and never ended`,
    machine: name,
    driver,
    hint: `hvkit ${phase === 'provisioning' ? 'provision' : 'rm'} ${name}`,
  };
}

/** An error, and what it says is to be tried. */
export function because(error: unknown): { error: HvError; hint?: string } {
  const ours = HvError.is(error) ? error : foreign(error);
  return { error: ours, ...(ours.hint !== undefined && { hint: ours.hint }) };
}

function foreign(error: unknown): HvError {
  const message = error instanceof Error ? error.message : String(error);
  return new HvError({ code: 'ERR_RESOURCE', message, cause: error });
}

function given<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, T>);
}
