import { HvError } from '../../errors';
import { namesIn } from '../../files';
import type { BootImage } from '../../images/image';
import type { Properties } from '../../resources/resource';
import type { DriverContext, MachineSpec } from '../driver';
import { refuseCommas } from './arguments';
import { checkBootrom } from './bootrom';
import { disksOf } from './disks';
import { requireAddress } from './exhaustion';
import { sizeOfGiven } from './given-file';
import { health } from './health';
import type { XhyveHost } from './host';
import { macOf, requireHyperkit } from './hyperkit';
import { requireApart } from './kept-address';
import { checkKernel } from './kernel';
import { macOn, networkOf, requireNetwork } from './network';
import { xhyveOptions, type XhyveOptions } from './options';
import type { XhyvePlan } from './plan';
import { runFilesOf, runFolders } from './run-files';
import { markOf } from './run-folder';
import { checkGuest, checkShares } from './shares';
import { checkSockets } from './sockets';

const MIB = 2 ** 20;
const CONSOLE = 'console=ttyS0';

/** As long as any. */
const SOME_UUID = '00000000-0000-0000-0000-000000000000';

export interface Request {
  name: string;
  uuid: string;
  spec: MachineSpec;
  image: BootImage;
}

/** Refuses what no image would change: nobody is to wait for one in vain. */
export async function checkSpec(spec: MachineSpec, host: XhyveHost, context: DriverContext): Promise<XhyveOptions> {
  const options = optionsOf(spec);
  if (options.qcow2 && options.rawdisk) throw refused('A disk is qcow2 or raw, and not both');
  refuseFormer(options);
  if (spec.network) throw refused(`The driver xhyve has one network, vmnet's, and no --network ${spec.network.mode}`);
  if (spec.accel !== 'auto') throw refused(`The driver xhyve has no --accel ${spec.accel}`);
  const { healthy, reason = 'it does not say why', fix } = await health(host, context, options);
  if (!healthy) {
    throw new HvError({ code: 'ERR_XHYVE_HOST', message: `The driver xhyve does not work here: ${reason}`, hint: fix });
  }
  requireHyperkit(options.hyperkit, host, context);
  const run = runFilesOf(context.home, options.uuid ?? SOME_UUID);
  await checkShares(spec.shares, run);
  checkSockets(options, run);
  refuseCommas([run.folder, options.vpnkitSocket ?? '']);
  const { bootrom, bootKernel, bootInitrd } = options;
  if (bootrom !== undefined) await checkBootrom(bootrom);
  if (bootKernel !== undefined) await checkKernel(bootKernel);
  if (bootInitrd !== undefined) await sizeOfGiven('The initrd', bootInitrd);
  await disksOf(options);
  if (options.address !== undefined && options.vpnkitSocket === undefined) await requireApart(options.address, host);
  await requireNetwork(await networkOf(options, host), host);
  // One that had its address before has it still, and one that is kept is in no pool.
  const isKnown = options.uuid !== undefined || options.address !== undefined;
  if (options.vpnkitSocket === undefined && !isKnown) await requireAddress(host);
  return options;
}

/** Settles what the spec leaves open, and refuses what cannot be here. */
export async function planMachine(request: Request, host: XhyveHost, context: DriverContext): Promise<Properties> {
  const { spec, image } = request;
  const options = await checkSpec(spec, host, context);
  const hyperkit = requireHyperkit(options.hyperkit, host, context);
  const uuid = options.uuid ?? request.uuid;
  if (image.arch !== 'x86_64') {
    throw refused(`The image ${image.name} is for ${image.arch}, and hyperkit's guests are x86_64`);
  }
  await checkGuest(spec, image);
  const boot = bootOf(options, image);
  if (boot.kernel !== undefined) await checkKernel(boot.kernel);
  const network = await networkOf(options, host);
  const size = options.diskSize === undefined ? spec.disk : options.diskSize * MIB;
  const disks = await disksOf(options);
  // Last of all that may fail: the helper remembers whose it is.
  const mac = await (macOn(network, uuid, host) ?? macOf(uuid, hyperkit, boot.kernel ?? boot.bootrom ?? ''));
  // Whoever serves a socket of their own knows what they do.
  if (options.vpnkitSocket === undefined) await refuseTwin(mac, request, context);
  const plan: XhyvePlan = {
    schema: 1,
    hyperkit,
    uuid,
    mac,
    network,
    cpus: options.cpuCount ?? spec.cpus,
    memory: options.memorySize ?? spec.memory,
    disk: Math.max(size, image.disk?.virtualSize ?? 0),
    format: options.qcow2 ? 'qcow2' : 'raw',
    ...boot,
    ...(image.cdrom && { cdrom: image.cdrom.path }),
    disks,
    vsock: options.vsockPorts?.split(',').map(Number) ?? [],
    user: image.user,
  };
  // As it is stored: without what is undefined.
  return JSON.parse(JSON.stringify(plan)) as Properties;
}

/** Two machines with one MAC would take each other's frames. */
async function refuseTwin(mac: string, { uuid }: Request, { home }: DriverContext): Promise<void> {
  const others = (await namesIn(runFolders(home))).filter((name) => name !== uuid);
  const marks = await Promise.all(others.map((other) => markOf(runFilesOf(home, other))));
  const twin = marks.find((mark) => mark?.mac === mac);
  if (twin) {
    throw refused(`The machine "${twin.name}" has this UUID, and with it the MAC ${mac}`, `hvkit rm ${twin.name}`);
  }
}

type Boot = Pick<XhyvePlan, 'kernel' | 'initrd' | 'bootrom' | 'base' | 'cmdline'>;

/** hyperkit starts a kernel itself, or a firmware that starts what is on the disk. */
function bootOf(options: XhyveOptions, image: BootImage): Boot {
  const { bootrom } = options;
  const boot = bootrom === undefined ? kernelOf(options, image) : { bootrom, cmdline: '' };
  if (image.disk?.format === 'qcow2' || (image.disk && options.qcow2)) {
    throw refused(
      `The disk of the image ${image.name} is not raw, or is not to be, and nothing else can be begun with here`,
      'qemu-img convert -O raw makes one that is; leave out --xhyve-qcow2.',
    );
  }
  return { ...boot, ...(image.disk && { base: image.disk.path }) };
}

function kernelOf(options: XhyveOptions, image: BootImage): Boot {
  const kernel = options.bootKernel ?? (image.packed ?? image.kernel)?.path;
  if (kernel === undefined) {
    throw refused(
      `The image ${image.name} boots from a disk of its own, and hyperkit starts kernels`,
      'micro is such an image; so are boot ISOs, and folders with vmlinuz and initrd. --xhyve-bootrom names a UEFI for others.',
    );
  }
  const initrd = options.bootInitrd ?? image.initrd?.path;
  const cmdline = [CONSOLE, options.bootCmd ?? image.cmdline ?? ''].join(' ').trim();
  return { kernel, ...(initrd !== undefined && { initrd }), cmdline };
}

function optionsOf(spec: MachineSpec): XhyveOptions {
  const parsed = xhyveOptions.safeParse(spec.options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HvError({
    code: 'ERR_XHYVE_OPTION',
    message: `The driver xhyve takes no such option: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    hint: 'hvkit create --driver xhyve --help shows all of them.',
    cause: parsed.error,
  });
}

/** What another tool shared folders by. */
function refuseFormer({ virtio9p, virtio9pRoot, experimentalNfsShare, experimentalNfsShareRoot }: XhyveOptions): void {
  const folder = virtio9p ?? experimentalNfsShare;
  if (folder === undefined && virtio9pRoot === undefined && experimentalNfsShareRoot === undefined) return;
  const example = folder ?? '/Users/me';
  throw refused(
    'Folders are shared by --share here, which says of each where it is in the guest',
    `--share ${example}:${example}`,
  );
}

function refused(message: string, hint?: string): HvError {
  return new HvError({ code: 'ERR_XHYVE_OPTION', message, hint });
}
