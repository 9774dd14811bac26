import { HvError } from '../../errors';
import type { MachineFiles } from './files';
import type { XhyvePlan } from './plan';

/** What tells hyperkit of a machine. */
export function hyperkitArguments(plan: XhyvePlan, files: MachineFiles, { seeded }: { seeded: boolean }): string[] {
  const disk = [files.disk, ...(plan.format === 'qcow2' ? ['format=qcow'] : [])];
  const slots = [
    ['0:0', 'hostbridge'],
    ['31', 'lpc'],
    ['1:0', 'virtio-blk', ...disk],
    ['2:0', 'virtio-net'],
    ...(seeded ? [['3:0', 'virtio-blk', files.seed, 'ro']] : []),
    ...(plan.cdrom === undefined ? [] : [['4:0', 'ahci-cd', files.cdrom]]),
    ['10', 'virtio-rnd'],
  ];
  refuseCommas(files);
  return [
    ...['-A', '-u'],
    ...['-F', files.pidfile],
    ...['-c', String(plan.cpus)],
    ...['-m', `${plan.memory}M`],
    ...['-U', plan.uuid],
    ...slots.flatMap((slot) => ['-s', slot.join(',')]),
    ...['-l', `com1,autopty=${files.terminal},log=${files.ring}`],
    // What follows the second comma is the command line, commas and all.
    ...['-f', ['kexec', files.kernel, plan.initrd === undefined ? '' : files.initrd, plan.cmdline].join(',')],
  ];
}

/** What asks hyperkit for the MAC that vmnet gives to a UUID. */
export function macArguments(uuid: string, kernel: string): string[] {
  refuseCommas({ kernel });
  return ['-M', '-U', uuid, '-s', '0:0,hostbridge', '-s', '31,lpc', '-s', '2:0,virtio-net', '-f', `kexec,${kernel}`];
}

function refuseCommas(paths: object): void {
  const path = (Object.values(paths) as string[]).find((each) => each.includes(','));
  if (path === undefined) return;
  throw new HvError({
    code: 'ERR_XHYVE_PATH',
    message: `hyperkit takes no path with a comma: ${path}`,
    hint: 'HVKIT_HOME names another folder for machines.',
  });
}
