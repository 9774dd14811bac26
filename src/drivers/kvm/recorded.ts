import type { z } from 'zod';

import type { Properties } from '../../resources/resource';
import { HvError } from '../../errors';
import { fits, type Shape } from '../../shape';
import * as shapes from './record-shapes';

type Schemas = typeof import('./record-schemas');
export type Recorded = (id: string) => Properties | undefined;

const SHAPES: Readonly<Record<keyof Schemas, Shape>> = {
  base: shapes.baseShape,
  file: shapes.fileShape,
  forward: shapes.forwardShape,
};

/** What is recorded of a resource. Zod is loaded only for what is not as it has to be. */
export function recordedAs<K extends keyof Schemas>(kind: K, id: string, recorded: Recorded): z.output<Schemas[K]> {
  const value = recorded(id);
  if (fits(SHAPES[kind], value)) return value as z.output<Schemas[K]>;
  const schemas = require('./record-schemas') as Schemas;
  const parsed = schemas[kind].safeParse(value);
  if (parsed.success) return parsed.data as z.output<Schemas[K]>;
  throw new HvError({
    code: 'ERR_KVM_RECORD',
    message: `What is recorded of the machine's ${id} is incomplete`,
    hint: 'hvkit doctor',
    cause: parsed.error,
  });
}
