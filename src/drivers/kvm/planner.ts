import { join } from 'node:path';

import type { Arch, BootImage } from '../../images/image';
import { hostArch } from '../../images/work';
import { HvError } from '../../errors';
import { macFromUuid } from '../../net/mac';
import type { Properties } from '../../resources/resource';
import type { DriverContext, MachineSpec } from '../driver';
import { settleAcceleration } from './acceleration';
import { checkDemands, checkPlan, type Demands } from './checks';
import { chooseTarget, isRoot } from './choose';
import type { Connections } from './connections';
import { domainName, prefixOf, stemOf } from './names';
import { settleNetwork } from './network-mode';
import { kvmOptions, type KvmOptions } from './options';
import type { KvmPlan, PlannedStorage } from './plan';
import { requirePorts } from './published-ports';
import { checkShares, settleShares } from './shares';
import { embedRoot, type Target } from './target';

export interface Request {
  name: string;
  uuid: string;
  spec: MachineSpec;
  image: BootImage;
}

/** Where libvirt's own policies (SELinux, AppArmor) expect disks. */
export const POOLS = '/var/lib/libvirt/images';
const MIB = 2 ** 20;

/** Settles what the spec leaves open, and refuses what cannot be here. */
export async function planMachine(
  request: Request,
  connections: Connections,
  context: DriverContext,
): Promise<Properties> {
  const { name, uuid, spec, image } = request;
  const { options, ...settled } = await settleSpec(spec, connections, context);
  const { target } = settled;
  const machineType = machineTypeOf(options, image.arch);
  const wanted = { wanted: spec.accel, arch: image.arch, machineType, target };
  const shares = await settleShares(spec, image, target);
  const plan: KvmPlan = {
    schema: 1,
    ...settled,
    machineType,
    accel: await settleAcceleration(wanted, connections, context),
    domain: domainName(context.home, name),
    disk: options.diskSize === undefined ? spec.disk : options.diskSize * MIB,
    firmware: options.firmware === 'auto' ? (image.arch === 'x86_64' ? 'bios' : 'efi') : options.firmware,
    cacheMode: options.cacheMode,
    ...(options.ioMode === undefined ? {} : { ioMode: options.ioMode }),
    mac: macFromUuid(uuid),
    storage: storageOf(request, target, context),
    ...(shares === undefined ? {} : { shares }),
    user: options.sshUser ?? image.user,
  };
  await checkPlan(plan, request, connections);
  // As it is stored: without what is undefined.
  return JSON.parse(JSON.stringify(plan)) as Properties;
}

/** Refuses what no image would change: nobody is to wait for one in vain. */
export async function checkSpec(
  { name, spec }: Pick<Request, 'name' | 'spec'>,
  connections: Connections,
  context: DriverContext,
): Promise<void> {
  // That it will run in software is told by the plan, once.
  const quiet = { ...context, warn: () => undefined };
  const { options, ...settled } = await settleSpec(spec, connections, quiet);
  const { target } = settled;
  const arch = hostArch();
  const wanted = { wanted: spec.accel, arch, machineType: machineTypeOf(options, arch), target };
  // Another host may be of another architecture than this one, and the image with it.
  const accel = target.kind === 'remote' ? undefined : await settleAcceleration(wanted, connections, quiet);
  await checkDemands({ ...settled, ...(accel && { accel }) }, connections);
  if (settled.network.mode !== 'user' || spec.publish.length === 0) return;
  await connections.read(target, (connection) => requirePorts(name, spec, connection));
}

interface SettledSpec extends Omit<Demands, 'accel'> {
  options: KvmOptions;
}

/** What the spec decides, whatever the guest's processor is. */
async function settleSpec(spec: MachineSpec, connections: Connections, context: DriverContext): Promise<SettledSpec> {
  const options = optionsOf(spec);
  const { ofTheHost, ...target } = await chooseTarget(options.uri, connections, context);
  checkShares(spec, target);
  const network = settleNetwork(spec, options.network, { ...target, ofTheHost }, context);
  return {
    options,
    target,
    network,
    cpus: options.cpuCount ?? spec.cpus,
    memory: options.memory ?? spec.memory,
  };
}

function machineTypeOf({ machineType }: KvmOptions, arch: Arch): string {
  return machineType ?? (arch === 'x86_64' ? 'q35' : 'virt');
}

function optionsOf(spec: MachineSpec): KvmOptions {
  const parsed = kvmOptions.safeParse(spec.options);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new HvError({
      code: 'ERR_KVM_OPTION',
      message: `The driver kvm takes no such option: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      hint: 'hvkit create --driver kvm --help shows all of them.',
      cause: parsed.error,
    });
  }
  return parsed.data;
}

function storageOf(machine: Request, { kind, uri }: Target, { home }: DriverContext): PlannedStorage {
  if (kind === 'system' || kind === 'remote') {
    const pool = prefixOf(home);
    return { kind: 'pool', name: pool, path: join(POOLS, pool) };
  }
  // QEMU is this user, but for root's: that is another user, who cannot see below root's home.
  const root = isRoot() ? embedRoot(uri) : undefined;
  if (root === undefined) {
    return {
      kind: 'folder',
      path: join(home.path, 'machines', machine.name),
      bases: join(home.path, 'bases'),
      copied: false,
    };
  }
  const folder = join(root, prefixOf(home));
  return { kind: 'folder', path: join(folder, stemOf(machine)), bases: join(folder, 'bases'), copied: true };
}
