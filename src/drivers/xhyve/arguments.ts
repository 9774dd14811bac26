import { HvError } from '../../errors';
import { shareTag } from '../../images/share-mount';
import type { MachineFiles } from './files';
import type { XhyvePlan } from './plan';
import { GUEST_CID, type RunFiles } from './run-files';

/** What a machine may have several of shares a slot, which has eight functions. */
const DISKS_SLOT = 5;
const SHARES_SLOT = 12;

/** What tells hyperkit of a machine. */
export function hyperkitArguments(
  plan: XhyvePlan,
  files: MachineFiles,
  run: RunFiles,
  { seeded, shares }: { seeded: boolean; shares: number },
): string[] {
  const slots = [
    ['0:0', 'hostbridge'],
    ['31', 'lpc'],
    ['1:0', 'virtio-blk', files.disk, ...formatOf(plan.format)],
    ['2:0', ...network(plan)],
    ...(seeded ? [['3:0', 'virtio-blk', files.seed, 'ro']] : []),
    ...(plan.cdrom === undefined ? [] : [['4:0', 'ahci-cd', files.cdrom]]),
    ...plan.disks.map((disk, index) => [`${DISKS_SLOT}:${index}`, 'virtio-blk', disk.path, ...formatOf(disk.format)]),
    ['10', 'virtio-rnd'],
    ...Array.from({ length: shares }, (_, index) => [
      `${SHARES_SLOT}:${index}`,
      'virtio-9p',
      `path=${run.share(index)}`,
      `tag=${shareTag(index)}`,
    ]),
    ...(plan.vsock.length === 0 ? [] : [['11', 'virtio-sock', ...vsock(plan.vsock, run)]]),
  ];
  refuseCommas([files.disk, run.folder, ...plan.disks.map(({ path }) => path), plan.network.socket ?? '']);
  return [
    ...['-A', '-u'],
    ...['-F', run.pidfile],
    ...['-c', String(plan.cpus)],
    ...['-m', `${plan.memory}M`],
    ...['-U', plan.uuid],
    ...slots.flatMap((slot) => ['-s', slot.join(',')]),
    ...['-l', `com1,autopty=${run.terminal},log=${run.ring}`],
    ...['-f', firmware(plan, files)],
  ];
}

/** What asks hyperkit for the MAC that vmnet gives to a UUID. */
export function macArguments(uuid: string, kernel: string): string[] {
  refuseCommas([kernel]);
  return ['-M', '-U', uuid, '-s', '0:0,hostbridge', '-s', '31,lpc', '-s', '2:0,virtio-net', '-f', `kexec,${kernel}`];
}

/** vmnet's shared network, or Ethernet over a socket that somebody else serves. */
function network({ network: { socket, address }, uuid }: XhyvePlan): string[] {
  if (socket === undefined) return ['virtio-net'];
  const kept = address === undefined ? [] : [`preferred_ipv4=${address}`];
  return ['virtio-vpnkit', `path=${socket}`, `uuid=${uuid}`, ...kept];
}

/** Its sockets are in the folder of what comes and goes. */
function vsock(ports: readonly number[], { folder }: RunFiles): string[] {
  return [`guest_cid=${GUEST_CID}`, `path=${folder}`, `guest_forwards=${ports.join(';')}`];
}

function firmware({ bootrom, initrd, cmdline }: XhyvePlan, files: MachineFiles): string {
  if (bootrom !== undefined) return `bootrom,${files.bootrom}`;
  // What follows the second comma is the command line, commas and all.
  return ['kexec', files.kernel, initrd === undefined ? '' : files.initrd, cmdline].join(',');
}

function formatOf(format: 'raw' | 'qcow2'): string[] {
  return format === 'qcow2' ? ['format=qcow'] : [];
}

/** A comma ends a path among hyperkit's arguments. */
export function refuseCommas(paths: readonly string[]): void {
  const path = paths.find((each) => each.includes(','));
  if (path === undefined) return;
  throw new HvError({
    code: 'ERR_XHYVE_PATH',
    message: `hyperkit takes no path with a comma: ${path}`,
    hint: 'HVKIT_HOME names another folder for machines.',
  });
}
