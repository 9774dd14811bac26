import type { z } from 'zod';

import type { DriverMachine } from '../driver';
import { HvError } from '../../errors';
import { fits } from '../../shape';
import type { kvmPlan } from './plan-schema';
import { kvmPlanShape } from './plan-shape';

export type KvmPlan = z.output<typeof kvmPlan>;
export type PlannedNetwork = KvmPlan['network'];
export type PlannedStorage = KvmPlan['storage'];
export type NatNetwork = Extract<PlannedNetwork, { mode: 'nat' }>;
export type PoolStorage = Extract<PlannedStorage, { kind: 'pool' }>;
export type FolderStorage = Extract<PlannedStorage, { kind: 'folder' }>;

export function planOf({ name, plan }: Pick<DriverMachine, 'name' | 'plan'>): KvmPlan {
  if (fits(kvmPlanShape, plan)) return plan as unknown as KvmPlan;
  const schema = (require('./plan-schema') as typeof import('./plan-schema')).kvmPlan;
  const parsed = schema.safeParse(plan);
  if (parsed.success) return parsed.data;
  throw new HvError({
    code: 'ERR_KVM_PLAN',
    message: `What is stored of the machine "${name}" is not what this version of the driver kvm writes`,
    hint: 'Was it made by a newer hvkit? Use that one.',
    cause: parsed.error,
  });
}
