import { constants } from 'node:fs';
import { copyFile, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { readDisk, writeDisk } from '../../images/disk';
import { buildSeed } from '../../images/seed';
import { removeLeases } from '../../native/vmnet';
import type { Properties, Resource, Step } from '../../resources/resource';
import type { DriverMachine } from '../driver';
import { filesOf, runFiles, type MachineFiles } from './files';
import type { XhyveHost } from './host';
import { kill, refuseStray } from './lifecycle';
import { planOf, type XhyvePlan } from './plan';
import { forgetProcess, isMissing } from './process';

/** All that a machine consists of. */
export function machineResources(machine: DriverMachine, host: XhyveHost): Resource[] {
  const plan = planOf(machine);
  const files = filesOf(machine.folder, plan.format);
  const parts = [
    bootFiles(plan, files),
    disk(plan, files),
    ...(machine.image.init === 'none' ? [] : [seed(machine, plan, files)]),
    lease(plan, host),
  ];
  return [
    ...parts,
    vmProcess(
      machine,
      parts.map(({ id }) => id),
    ),
  ];
}

/** Files of the machine's own: the cache can be emptied. */
function bootFiles({ kernel, initrd, cdrom }: XhyvePlan, files: MachineFiles): Resource {
  const wanted = [
    { role: 'kernel', from: kernel, to: files.kernel },
    ...(initrd === undefined ? [] : [{ role: 'initrd', from: initrd, to: files.initrd }]),
    ...(cdrom === undefined ? [] : [{ role: 'cdrom', from: cdrom, to: files.cdrom }]),
  ];
  const properties: Properties = Object.fromEntries(wanted.map(({ role, to }) => [role, to]));
  return {
    kind: 'boot files',
    id: 'boot',
    parents: [],
    async create(step) {
      for (const { role, from, to } of wanted) {
        if (await isThere(to)) continue;
        step.progress(`taking over the image's ${role}`);
        await copyWhole(from, to);
      }
      return properties;
    },
    async read() {
      for (const { to } of wanted) if (!(await isThere(to))) return undefined;
      return properties;
    },
    delete: () => removeAll(wanted.flatMap(({ to }) => [to, `${to}.part`])),
  };
}

function disk({ format, disk: size }: XhyvePlan, { disk: path }: MachineFiles): Resource {
  const read = async (): Promise<Properties | undefined> => {
    const found = await readDisk(path, format);
    return found && { path, size: found.size };
  };
  return {
    kind: 'disk',
    id: 'disk',
    parents: [],
    read,
    async create() {
      const present = await read();
      if (present) return present;
      await writeDisk(path, { format, size });
      return { path, size };
    },
    delete: () => removeAll([path]),
  };
}

/** What the guest is told at its first boot. It holds the guest's private host key. */
function seed(machine: DriverMachine, { user, mac }: XhyvePlan, { seed: path }: MachineFiles): Resource {
  const text = (name: string): Promise<string> => readFile(join(machine.folder, name), 'utf8');
  return {
    kind: 'seed',
    id: 'seed',
    parents: [],
    async create() {
      const bytes = buildSeed({
        hostname: machine.name,
        uuid: machine.uuid,
        user,
        authorizedKeys: [await text('id_ed25519.pub')],
        hostKey: { private: await text('ssh_host_ed25519_key'), public: await text('ssh_host_ed25519_key.pub') },
        userData: machine.spec.userData,
        mac,
      });
      await writeWhole(path, bytes);
      return { path };
    },
    read: async () => ((await isThere(path)) ? { path } : undefined),
    delete: () => removeAll([path, `${path}.part`]),
  };
}

/** The DHCP server makes it, when the guest asks for an address; it would keep it for a day. */
function lease({ mac }: XhyvePlan, { leases: path }: XhyveHost): Resource {
  return {
    kind: 'lease',
    id: 'lease',
    parents: [],
    create: () => Promise.resolve({ mac }),
    read: () => Promise.resolve({ mac }),
    async delete(step: Step) {
      await removeLeases([{ mac }], { path, signal: step.signal });
    },
  };
}

/** Which process it is stands in the machine's folder, since it is another one at each start. */
function vmProcess(machine: DriverMachine, parents: readonly string[]): Resource {
  return {
    kind: 'process',
    id: 'process',
    parents,
    create: () => Promise.resolve({}),
    read: () => Promise.resolve({}),
    async delete() {
      await kill(machine);
      await refuseStray(machine);
      await forgetProcess(machine);
      const { log, ring } = runFiles(machine.folder);
      await removeAll([log, ring]);
    },
  };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

/** Whole, or not there at all. */
async function copyWhole(from: string, to: string): Promise<void> {
  const part = `${to}.part`;
  await rm(part, { force: true });
  await copyFile(from, part, constants.COPYFILE_FICLONE);
  await synced(part, 'r');
  await rename(part, to);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.part`;
  await rm(part, { force: true });
  await synced(part, 'wx', bytes);
  await rename(part, path);
}

async function synced(path: string, flags: 'r' | 'wx', bytes?: Uint8Array): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    if (bytes) await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
