import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Connection } from '../../native/libvirt';
import { connectOrStart, hasSystemd, installedDaemons, isStartedHere, startDaemon, startUnits } from './daemon';

const UNITS = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
const LOGGER = 'virtlogd';
/** One daemon for everything, or one for each kind of thing. */
const MONOLITHIC = ['libvirtd'];
const MODULAR = ['virtqemud', 'virtnetworkd', 'virtstoraged'];

/** The system's libvirt for root on a machine where nobody else starts it. */
export function openOnDemand(uri: string, readOnly: boolean): Promise<Connection> {
  return connectOrStart(uri, { readOnly, start: startSystem });
}

async function startSystem(): Promise<void> {
  const names = [LOGGER, ...(installedDaemons(MONOLITHIC, MODULAR) ?? MONOLITHIC)];
  const units = names.map((name) => `${name}.socket`).filter(isUnit);
  if (hasSystemd() && units.length > 0) {
    await startUnits(units);
    return;
  }
  for (const name of names) await startDaemon(name);
}

/** Whether the system's daemon is one that hvkit started. */
export async function isOurs(): Promise<boolean> {
  for (const name of [...MONOLITHIC, ...MODULAR]) if (await isStartedHere(name)) return true;
  return false;
}

function isUnit(unit: string): boolean {
  return UNITS.some((folder) => existsSync(join(folder, unit)));
}
