import { z } from 'zod';

/** What is recorded of an image's files. */
export const base = z.looseObject({
  kernel: z.string().optional(),
  initrd: z.string().optional(),
  disk: z.string().optional(),
  cdrom: z.string().optional(),
});

export const file = z.looseObject({ path: z.string() });

/** A port of this host's loopback that QEMU forwards to the guest. */
export const forward = z.strictObject({
  host: z.int(),
  guest: z.int(),
  protocol: z.enum(['tcp', 'udp']),
});
