import { HvError } from '../../errors';
import type { BootImage } from '../../images/image';
import type { Properties } from '../../resources/resource';
import type { DriverContext, MachineSpec } from '../driver';
import { health } from './health';
import type { XhyveHost } from './host';
import { macOf, requireHyperkit } from './hyperkit';
import { xhyveOptions, type XhyveOptions } from './options';
import type { XhyvePlan } from './plan';

const MIB = 2 ** 20;
const CONSOLE = 'console=ttyS0';

export interface Request {
  name: string;
  uuid: string;
  spec: MachineSpec;
  image: BootImage;
}

/** Refuses what no image would change: nobody is to wait for one in vain. */
export function checkSpec(spec: MachineSpec, host: XhyveHost, context: DriverContext): XhyveOptions {
  const options = optionsOf(spec);
  if (options.qcow2 && options.rawdisk) throw refused('A disk is qcow2 or raw, and not both');
  if (spec.network) throw refused(`The driver xhyve has one network, vmnet's, and no --network ${spec.network.mode}`);
  if (spec.accel !== 'auto') throw refused(`The driver xhyve has no --accel ${spec.accel}`);
  const { healthy, reason = 'it does not say why', fix } = health(host, context, options.hyperkit);
  if (!healthy) {
    throw new HvError({ code: 'ERR_XHYVE_HOST', message: `The driver xhyve does not work here: ${reason}`, hint: fix });
  }
  return options;
}

/** Settles what the spec leaves open, and refuses what cannot be here. */
export async function planMachine(request: Request, host: XhyveHost, context: DriverContext): Promise<Properties> {
  const { spec, image } = request;
  const options = checkSpec(spec, host, context);
  const kernel = options.bootKernel ?? image.kernel?.path;
  if (kernel === undefined || image.disk) {
    throw refused(
      `The image ${image.name} boots from a disk of its own, and the driver xhyve starts kernels`,
      'micro is such an image; so are boot ISOs, and folders with vmlinuz and initrd.',
    );
  }
  if (image.arch !== 'x86_64') {
    throw refused(`The image ${image.name} is for ${image.arch}, and hyperkit's guests are x86_64`);
  }
  const hyperkit = requireHyperkit(options.hyperkit, host, context);
  const uuid = options.uuid ?? request.uuid;
  const initrd = options.bootInitrd ?? image.initrd?.path;
  const plan: XhyvePlan = {
    schema: 1,
    hyperkit,
    uuid,
    mac: await macOf(uuid, hyperkit, kernel),
    cpus: options.cpuCount ?? spec.cpus,
    memory: options.memorySize ?? spec.memory,
    disk: options.diskSize === undefined ? spec.disk : options.diskSize * MIB,
    format: options.qcow2 ? 'qcow2' : 'raw',
    kernel,
    ...(initrd !== undefined && { initrd }),
    ...(image.cdrom && { cdrom: image.cdrom.path }),
    cmdline: [CONSOLE, options.bootCmd ?? image.cmdline ?? ''].join(' ').trim(),
    user: image.user,
  };
  // As it is stored: without what is undefined.
  return JSON.parse(JSON.stringify(plan)) as Properties;
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

function refused(message: string, hint?: string): HvError {
  return new HvError({ code: 'ERR_XHYVE_OPTION', message, hint });
}
