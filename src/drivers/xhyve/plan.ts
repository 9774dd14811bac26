import type { z } from 'zod';

import { HvError } from '../../errors';
import type { DriverMachine } from '../driver';
import type { xhyvePlan } from './plan-schema';

export type XhyvePlan = z.output<typeof xhyvePlan>;

export function planOf({ name, plan }: Pick<DriverMachine, 'name' | 'plan'>): XhyvePlan {
  const schema = (require('./plan-schema') as typeof import('./plan-schema')).xhyvePlan;
  const parsed = schema.safeParse(plan);
  if (parsed.success) return parsed.data;
  throw new HvError({
    code: 'ERR_XHYVE_PLAN',
    message: `What is stored of the machine "${name}" is not what this version of the driver xhyve writes`,
    hint: 'Was it made by a newer hvkit? Use that one.',
    cause: parsed.error,
  });
}
