import { access } from 'node:fs/promises';
import { join } from 'node:path';

import type { Driver, DriverDefinition, DriverMachine } from '../../drivers/driver';
import type { Registry } from '../../drivers/registry';
import { HvError } from '../../errors';
import { isErrno } from '../../files';
import { refused, textIn, type ForeignMachine } from './foreign';

/** The program of docker-machine's that made a machine, which goes on with it. */
export async function programOf(registry: Registry, machine: ForeignMachine): Promise<DriverDefinition> {
  const { name, driverName } = machine;
  try {
    return await registry.program(driverName);
  } catch (error) {
    if (!HvError.is(error) || error.code !== 'ERR_NO_DRIVER') throw error;
    throw refused(machine, `there is no program docker-machine-driver-${driverName} on the PATH`, {
      hint: `${error.hint ?? ''} Or hvkit import --as-hosts --only ${name}, as a host that is reached by ssh.`.trim(),
    });
  }
}

/**
 * Where the driver has the machine's disks and keys. They stay: a disk is in use while it runs, and what the driver wrote names
 * them. Undefined: it does not tell.
 */
export async function filesOf(machine: ForeignMachine): Promise<string | undefined> {
  const store = textIn(machine.driver, 'StorePath');
  if (store === undefined) return undefined;
  const folder = join(store, 'machines', textIn(machine.driver, 'MachineName') ?? machine.name);
  try {
    await access(folder);
    return folder;
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw refused(machine, `what its driver has of it is to be in ${folder}, which is not there`, {
      hint: 'A store that was moved is of use where it was.',
    });
  }
}

/** Refuses one that its driver knows nothing of: there is nothing to be taken. */
export async function requireThere(driver: Driver, machine: DriverMachine, foreign: ForeignMachine): Promise<void> {
  const reading = (await driver.states([machine])).get(machine.uuid);
  if (reading && 'state' in reading && reading.state !== 'Timeout') return;
  const failure = reading && 'error' in reading ? reading.error : undefined;
  throw refused(foreign, failure instanceof Error ? failure.message : 'its driver does not answer');
}
