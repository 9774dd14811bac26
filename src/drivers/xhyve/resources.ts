import { constants } from 'node:fs';
import { copyFile, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { unfinishedOf, writeWhole } from '../../files';
import { readDisk, writeDisk } from '../../images/disk';
import { buildSeed } from '../../images/seed';
import type { Properties, Resource } from '../../resources/resource';
import { booted } from '../../images/booted';
import type { DriverMachine } from '../driver';
import { filesOf, type MachineFiles } from './files';
import type { XhyveHost } from './host';
import { kill } from './lifecycle';
import { release } from './network';
import { planOf, type XhyvePlan } from './plan';
import { isThere, makeFolder, markOf, removeFolder } from './run-folder';
import type { RunFiles } from './run-files';

/** All that a machine consists of. */
export function machineResources(machine: DriverMachine, run: RunFiles, host: XhyveHost): Resource[] {
  const plan = planOf(machine);
  const files = filesOf(machine.folder, plan.format);
  const parts = [
    // First: the MAC that it was planned with is to be given back, whatever fails.
    lease(plan, host),
    bootFiles(plan, files),
    disk(plan, files),
    ...(booted(machine).image.init === 'none' ? [] : [seed(machine, plan, files)]),
  ];
  return [
    ...parts,
    vmProcess(
      machine,
      run,
      plan,
      parts.map(({ id }) => id),
    ),
  ];
}

/** Files of the machine's own: the cache can be emptied. */
function bootFiles({ kernel, initrd, bootrom, cdrom }: XhyvePlan, files: MachineFiles): Resource {
  const wanted = [
    ...(kernel === undefined ? [] : [{ role: 'kernel', from: kernel, to: files.kernel }]),
    ...(bootrom === undefined ? [] : [{ role: 'firmware', from: bootrom, to: files.bootrom }]),
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

function disk({ format, disk: size, base }: XhyvePlan, { disk: path }: MachineFiles): Resource {
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
      if (base === undefined) await writeDisk(path, { format, size });
      else await copyWhole(base, path, size);
      return { path, size };
    },
    delete: () => removeAll([path, `${path}.part`]),
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
        isDockerHost: machine.spec.docker !== undefined,
        userData: machine.spec.userData,
        shares: machine.spec.shares,
        shareType: '9p',
        mac,
      });
      await writeWhole(path, bytes);
      return { path };
    },
    read: async () => ((await isThere(path)) ? { path } : undefined),
    delete: () => removeAll([path, unfinishedOf(path)]),
  };
}

/** The DHCP server makes it, when the guest asks for an address; it would keep it for a day. */
function lease({ mac, network }: XhyvePlan, host: XhyveHost): Resource {
  const isVmnet = network.socket === undefined || network.byHelper === true;
  return {
    kind: 'lease',
    id: 'lease',
    parents: [],
    create: () => Promise.resolve({ mac }),
    // Whether it stands in the table just now says nothing: it comes with the guest's first boot, and goes with time.
    read: (step) => Promise.resolve(step.recorded('lease')),
    async delete(step) {
      if (isVmnet) await release(mac, host, { signal: step.signal });
    },
  };
}

/** What comes and goes with a process, and the process, which is another one at each start. */
function vmProcess(machine: DriverMachine, run: RunFiles, { mac }: XhyvePlan, parents: readonly string[]): Resource {
  const properties = { folder: run.folder };
  return {
    kind: 'process',
    id: 'process',
    parents,
    async create() {
      await makeFolder(run, { name: machine.name, mac });
      return properties;
    },
    read: async () => ((await markOf(run)) ? properties : undefined),
    async delete() {
      await kill(run);
      await removeFolder(run);
    },
  };
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

/** Whole, or not there at all. A disk is made as large as wanted. */
async function copyWhole(from: string, to: string, size?: number): Promise<void> {
  const part = `${to}.part`;
  await rm(part, { force: true });
  await copyFile(from, part, constants.COPYFILE_FICLONE);
  const file = await open(part, 'r+');
  try {
    await file.chmod(0o600);
    if (size !== undefined) await file.truncate(size);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, to);
}
