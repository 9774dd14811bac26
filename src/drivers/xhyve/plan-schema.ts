import { z } from 'zod';

/** What is settled when a machine is made, and never again. */
export const xhyvePlan = z.strictObject({
  schema: z.literal(1),
  /** The program. */
  hyperkit: z.string(),
  /** Of the virtual hardware. */
  uuid: z.string(),
  /** What vmnet gives to this UUID. */
  mac: z.string(),
  cpus: z.int(),
  /** MiB. */
  memory: z.int(),
  /** Bytes. */
  disk: z.int(),
  format: z.enum(['raw', 'qcow2']),
  /** Taken over into the machine's folder. */
  kernel: z.string(),
  initrd: z.string().optional(),
  cdrom: z.string().optional(),
  cmdline: z.string(),
  /** Who is logged in as. */
  user: z.string(),
});
