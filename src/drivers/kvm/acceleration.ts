import type { BootImage } from '../../images/image';
import { HvError } from '../../errors';
import { virtualization, type Virtualization } from '../../native/hyperkit';
import { LibvirtError, type Connection } from '../../native/libvirt';
import type { DriverContext, MachineSpec } from '../driver';
import type { Connections } from './connections';
import type { KvmPlan } from './plan';
import type { Target } from './target';

export interface AccelerationRequest {
  wanted: MachineSpec['accel'];
  arch: BootImage['arch'];
  machineType: string;
  target: Target;
}

const ARCHES: Readonly<Record<string, BootImage['arch']>> = { x64: 'x86_64', arm64: 'aarch64' };

type Verdict = Pick<Virtualization, 'usable' | 'detail' | 'hint' | 'reason'>;

/** By the processor where that really works, in software otherwise: which is said, because it is several times slower. */
export async function settleAcceleration(
  request: AccelerationRequest,
  connections: Connections,
  context: DriverContext,
): Promise<KvmPlan['accel']> {
  if (request.wanted === 'tcg') return 'tcg';
  const { usable, reason, detail, hint } = await judge(request, connections);
  if (usable) return 'kvm';
  if (request.wanted === 'auto') {
    context.warn(
      `The machine runs in software, several times slower. ${detail}${hint === undefined ? '' : ` (${hint})`}`,
    );
    return 'tcg';
  }
  // What this user may not try, libvirt's QEMU, which is another one there, may be able to use.
  if (reason === 'no-permission' && request.target.kind === 'system') return 'kvm';
  throw new HvError({
    code: 'ERR_KVM_ACCELERATION',
    message: `The machine cannot be accelerated by KVM: ${detail}`,
    hint: hint ?? 'Leave out --accel kvm: it runs in software then.',
  });
}

async function judge({ arch, machineType, target }: AccelerationRequest, connections: Connections): Promise<Verdict> {
  const isRemote = target.kind === 'remote';
  if (!isRemote && arch !== ARCHES[process.arch]) {
    return {
      usable: false,
      reason: 'unsupported',
      detail: `A processor of this host (${process.arch}) does not run a guest for ${arch}`,
    };
  }
  // On another host only libvirt can be asked, which takes a device that is there for one that works.
  const tried = isRemote ? undefined : await virtualization();
  if (tried && !tried.usable) return tried;
  const refusal = await connections.read(target, (connection) => refusalOf(connection, arch, machineType));
  if (refusal !== undefined) return { usable: false, reason: 'refused', detail: `libvirt offers no KVM: ${refusal}` };
  return tried ?? { usable: true, reason: 'works', detail: '' };
}

async function refusalOf(connection: Connection, arch: string, machine: string): Promise<string | undefined> {
  try {
    await connection.domainCapabilities({ arch, type: 'kvm', machine });
    return undefined;
  } catch (error) {
    if (!LibvirtError.is(error)) throw error;
    return error.message;
  }
}
