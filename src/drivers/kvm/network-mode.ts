import { HvError } from '../../errors';
import type { DriverContext, MachineSpec, NetworkSpec } from '../driver';
import type { Choice } from './choose';
import { networkName } from './names';
import type { PlannedNetwork } from './plan';

/** Which network a new machine has, or why it cannot have the one that was asked for here. */
export function settleNetwork(
  spec: MachineSpec,
  named: string | undefined,
  target: Choice,
  { home }: DriverContext,
): PlannedNetwork {
  const wanted =
    spec.network ?? (named === undefined ? usual(target, spec) : { mode: 'network' as const, name: named });
  const refusal = refuse(wanted, target);
  if (refusal) throw new HvError({ code: 'ERR_KVM_NETWORK', ...refusal });
  if (wanted.mode !== 'user' && spec.publish.length > 0) {
    throw new HvError({
      code: 'ERR_KVM_NETWORK',
      message: `Ports are published with --network user; with ${wanted.mode} the guest has an address of its own`,
      hint: 'Use the address that hvkit ip shows, or add --network user.',
    });
  }
  switch (wanted.mode) {
    case 'user':
      return { mode: 'user', restrict: wanted.restrict ?? false };
    case 'nat': {
      const { subnet } = wanted;
      return { mode: 'nat', name: networkName(home, subnet), ...(subnet === undefined ? {} : { subnet }) };
    }
    case 'network':
    case 'bridge':
      return wanted;
  }
}

/**
 * A network of libvirt's is there after a restart of the host only if the host itself starts libvirt. Ports are published
 * by `user` alone.
 */
function usual({ kind, ofTheHost }: Choice, { publish }: MachineSpec): NetworkSpec {
  return kind === 'remote' || (ofTheHost && publish.length === 0) ? { mode: 'nat' } : { mode: 'user' };
}

interface Refusal {
  message: string;
  hint: string;
}

const SYSTEM_HINT =
  'It needs qemu:///system: start libvirt (sudo systemctl start libvirtd) and join its group (sudo usermod -aG libvirt $USER, then log in again), or use --network user.';

const NAMES = { session: 'A session', embed: 'An embedded' } as const;

function refuse(wanted: NetworkSpec, { kind, uri }: Choice): Refusal | undefined {
  switch (wanted.mode) {
    case 'user':
      if (kind !== 'remote') return undefined;
      return {
        message: `With --network user the forwarded ports would be on the other host, not on this one (${uri})`,
        hint: 'Use --network nat:SUBNET with a subnet that is routed to the other host, network=NAME or bridge=NAME.',
      };
    case 'nat':
      if (kind === 'system' || (kind === 'remote' && wanted.subnet !== undefined)) return undefined;
      if (kind === 'remote') {
        return {
          message: `On another host (${uri}) hvkit cannot see which subnets are free, nor is it reached by itself`,
          hint: 'Name a subnet of that host that is routed to it from here: --network nat:192.168.90.0/24',
        };
      }
      return { message: `${NAMES[kind]} libvirt makes no networks: no nat with ${uri}`, hint: SYSTEM_HINT };
    case 'network':
      if (kind === 'system' || kind === 'remote') return undefined;
      return {
        message: `${NAMES[kind]} libvirt has no networks: no network=${wanted.name} with ${uri}`,
        hint: SYSTEM_HINT,
      };
    case 'bridge':
      if (kind !== 'embed' || process.getuid?.() === 0) return undefined;
      return {
        message: `An embedded libvirt can plug a machine into the bridge ${wanted.name} only as root`,
        hint: 'Use --kvm-uri qemu:///session, where qemu-bridge-helper does it, or --network user.',
      };
  }
}
