import { HvError } from '../../errors';
import type { Connection } from '../../native/libvirt';
import { checkFree, parseSubnet } from '../../net/subnet';
import { formatSize } from '../../units';
import { ifThere } from './absent';
import { requireBridge } from './bridge';
import type { Connections } from './connections';
import { requireNetwork, takenSubnets } from './networks';
import type { KvmPlan, NatNetwork } from './plan';
import type { Request } from './planner';
import type { Target } from './target';

/** Above, a q35 machine needs devices that hvkit does not give it. */
const MOST_CPUS = 255;

/** What libvirt's host has to allow, whatever the image is. */
export interface Demands extends Pick<KvmPlan, 'target' | 'network' | 'memory' | 'cpus'> {
  /** Absent while it depends on the image. */
  accel?: KvmPlan['accel'];
}

/** What can be known before anything is made. */
export async function checkPlan(plan: KvmPlan, request: Request, connections: Connections): Promise<void> {
  checkUserData(request);
  checkDisk(plan, request);
  await checkDemands(plan, connections);
}

export async function checkDemands(demands: Demands, connections: Connections): Promise<void> {
  const { target, network } = demands;
  await connections.read(target, async (connection) => {
    await checkHost(demands, connection);
    if (network.mode === 'nat') await checkSubnet(network, target, connection);
    if (network.mode === 'network') await requireNetwork(connection, network.name);
    if (network.mode === 'bridge' && target.kind !== 'remote') requireBridge(network.name);
  });
}

/** Where the network is there already, it is what has the subnet. */
async function checkSubnet({ name, subnet }: NatNetwork, target: Target, connection: Connection): Promise<void> {
  if (subnet === undefined) return;
  const wanted = parseSubnet(subnet);
  if (await ifThere(connection.lookupNetworkByName(name))) return;
  checkFree(wanted, await takenSubnets(connection, target));
}

/** A guest that does not read it would come up as if nothing had been asked of it. */
function checkUserData({ spec, image }: Request): void {
  const { init, name } = image;
  if (spec.userData === undefined || init === 'cloud-init') return;
  if (init === 'micro' && spec.userData.startsWith('#!')) return;
  throw new HvError({
    code: 'ERR_USER_DATA',
    message: `The guest of ${name} has no cloud-init, which would read the user data`,
    hint: `Take an image that has it, such as --image debian${init === 'micro' ? '; this one runs a script that begins with #!' : ''}.`,
  });
}

function checkDisk({ disk }: KvmPlan, { image }: Request): void {
  const smallest = image.disk?.virtualSize ?? 0;
  if (disk >= smallest) return;
  throw new HvError({
    code: 'ERR_KVM_SIZE',
    message: `A disk of ${formatSize(disk)} is smaller than the image ${image.name}, which has ${formatSize(smallest)}`,
    hint: `--disk ${formatSize(smallest)}`,
  });
}

async function checkHost(plan: Demands, connection: Connection): Promise<void> {
  const { memory, cpus } = await connection.nodeInfo();
  const mebibytes = Number(memory / 1024n);
  if (plan.memory > mebibytes) {
    throw new HvError({
      code: 'ERR_KVM_SIZE',
      message: `The host has ${mebibytes} MiB of memory, and the machine is to have ${plan.memory}`,
      hint: `--memory ${Math.floor(mebibytes / 2)}`,
    });
  }
  const offered = plan.accel && (await connection.maxVcpus(plan.accel === 'kvm' ? 'kvm' : 'qemu'));
  const most = Math.min(offered ?? MOST_CPUS, MOST_CPUS);
  if (plan.cpus > most) {
    throw new HvError({
      code: 'ERR_KVM_SIZE',
      message: `A machine can have up to ${most} processors here, not ${plan.cpus}; the host itself has ${cpus}`,
      hint: `--cpus ${cpus}`,
    });
  }
}
