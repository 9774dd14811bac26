import { z } from 'zod';

import type { DriverDefinition } from '../drivers/driver';
import type { Json } from '../resources/resource';
import type { DriverOption } from './driver-info';
import { nearest } from './near';
import { refusal, shown } from './refusal';
import { HvError } from '../errors';

/** What of a JSON schema tells a flag's form. */
const described = z.looseObject({
  type: z.string().optional(),
  description: z.string().default(''),
  enum: z.array(z.string()).optional(),
  default: z.json().optional(),
  /** Of .meta(): those of drivers that had others before they were hvkit's. */
  flag: z.string().optional(),
  variable: z.string().optional(),
});

const TYPES: Readonly<Record<string, DriverOption['type']>> = {
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  array: 'list',
};

/** The flags, variables and settings that a driver's schema stands for. */
export function driverOptionsOf({ name: driver, options }: DriverDefinition): DriverOption[] {
  const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => {
    const { type, description, enum: choices, default: preset, flag, variable } = described.parse(property);
    const words = name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
    return {
      name,
      flag: flag ?? `--${driver}-${words}`,
      variable: variable ?? `${driver}_${words}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_'),
      setting: `${driver}.${name}`,
      description,
      type: TYPES[type ?? ''] ?? 'string',
      ...(choices !== undefined && { choices }),
      ...(preset !== undefined && { default: preset }),
    };
  });
}

/** One option as the driver's schema has it. */
export function readDriverOption({ name: driver, options }: DriverDefinition, name: string, value: Json): Json {
  const schema = options.shape[name] as z.ZodType<Json> | undefined;
  const parsed = schema?.safeParse(value);
  if (parsed?.success === true) return parsed.data;
  const [issue] = parsed?.error.issues ?? [];
  throw new HvError({
    code: 'ERR_INVALID_REQUEST',
    message: `${shown(value)} is not what it takes${issue ? `: ${issue.message}` : ''}`,
    hint: `hvkit create --driver ${driver} --help shows what it takes`,
    cause: parsed?.error,
  });
}

/** Refuses a name that the driver has no option of. */
export function checkOptionName({ name: driver, options }: DriverDefinition, name: string): void {
  const names = Object.keys(options.shape);
  if (names.includes(name)) return;
  throw refusal(
    name,
    `is no option of the driver ${driver}`,
    nearest(name, names) ?? `one of ${names.join(', ') || 'none: it has no options'}`,
  );
}
