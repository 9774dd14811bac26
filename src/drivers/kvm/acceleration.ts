import type { MachineSpec } from '../driver';
import type { KvmPlan } from './plan';

/** By the processor where that was asked for; in software otherwise. */
export function settleAcceleration(wanted: MachineSpec['accel']): KvmPlan['accel'] {
  return wanted === 'kvm' ? 'kvm' : 'tcg';
}
