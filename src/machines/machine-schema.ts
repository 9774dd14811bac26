import { z } from 'zod';

import { machineName, machineSpec } from '../drivers/spec';
import type { Properties } from '../resources/resource';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const imageFile = z.strictObject({ path: z.string(), sha256 });

const image = z.strictObject({
  name: z.string(),
  digest: z.string(),
  arch: z.enum(['x86_64', 'aarch64']),
  kernel: imageFile.optional(),
  packed: imageFile.optional(),
  initrd: imageFile.optional(),
  cmdline: z.string().optional(),
  disk: imageFile.extend({ format: z.enum(['qcow2', 'raw']), virtualSize: z.int() }).optional(),
  cdrom: imageFile.optional(),
  user: z.string(),
  init: z.enum(['cloud-init', 'micro', 'none']),
});

/** What was read from a file of JSON is JSON: to walk through it again would take most of the time that `ls` needs. */
const properties = z
  .custom<Properties>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'Invalid input: expected object',
  )
  // For the shape that is generated: of the check itself nothing can be read.
  .meta({ type: 'object' });

const entry = z.strictObject({
  kind: z.string(),
  state: z.enum(['creating', 'ready', 'deleting']),
  properties,
});

const address = z.strictObject({
  host: z.string(),
  sshPort: z.int().min(1).max(65535),
  guest: z.string().optional(),
  ports: z.array(z.strictObject({ guest: z.int(), host: z.int(), protocol: z.enum(['tcp', 'udp']) })).optional(),
});

/** What stands in a machine's file, in the version that is written today. */
export const machineFile = z.strictObject({
  schema: z.literal(1),
  name: machineName,
  uuid: z.uuid(),
  driver: z.string().min(1),
  driverPath: z.string().min(1).optional(),
  importedFrom: z.string().min(1).optional(),
  created: z.iso.datetime(),
  phase: z.enum(['creating', 'provisioning', 'ready', 'removing']),
  spec: machineSpec,
  image: image.optional(),
  plan: properties,
  resources: z.record(z.string(), entry),
  address: address.optional(),
});
