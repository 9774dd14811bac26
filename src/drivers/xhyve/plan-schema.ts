import { z } from 'zod';

const format = z.enum(['raw', 'qcow2']);

/** What is settled when a machine is made, and never again. */
export const xhyvePlan = z.strictObject({
  schema: z.literal(1),
  /** The program. */
  hyperkit: z.string(),
  /** Of the virtual hardware. */
  uuid: z.string(),
  /** What the network gives to this UUID. */
  mac: z.string(),
  /**
   * Without a socket it is hyperkit's own vmnet; `byHelper`: vmnet too, over the socket of hvkit's helper. `address`: who serves the
   * socket keeps it for the machine.
   */
  network: z.strictObject({
    socket: z.string().optional(),
    byHelper: z.literal(true).optional(),
    address: z.string().optional(),
  }),
  cpus: z.int(),
  /** MiB. */
  memory: z.int(),
  /** Bytes. */
  disk: z.int(),
  format,
  /** Taken over into the machine's folder. */
  kernel: z.string().optional(),
  initrd: z.string().optional(),
  bootrom: z.string().optional(),
  cdrom: z.string().optional(),
  /** What the disk begins with: raw. */
  base: z.string().optional(),
  cmdline: z.string(),
  /** The user's own, which stay theirs. */
  disks: z.array(z.strictObject({ path: z.string(), format })),
  /** Ports of the guest. */
  vsock: z.array(z.int()),
  /** Who is logged in as. */
  user: z.string(),
});
