import { z } from 'zod';

import { target } from './target-schema';

const plannedNetwork = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('user'), restrict: z.boolean() }),
  z.strictObject({
    mode: z.literal('nat'),
    /** Of the libvirt network. */
    name: z.string(),
    /** The user's own choice; otherwise one is found when the network is made. */
    subnet: z.string().optional(),
  }),
  z.strictObject({ mode: z.literal('network'), name: z.string() }),
  z.strictObject({ mode: z.literal('bridge'), name: z.string() }),
]);

/** Where the machine's files lie. */
const plannedStorage = z.discriminatedUnion('kind', [
  /** Where QEMU runs as another user or on another host: in a pool of libvirt's, filled through the connection. */
  z.strictObject({ kind: z.literal('pool'), name: z.string(), path: z.string() }),
  /** Where QEMU is this user's own. */
  z.strictObject({
    kind: z.literal('folder'),
    path: z.string(),
    /** Of what machines of one image share. */
    bases: z.string(),
    /** QEMU is another user: it gets files of its own. */
    copied: z.boolean(),
  }),
]);

/** What is settled when a machine is made, and never again. */
export const kvmPlan = z.strictObject({
  schema: z.literal(1),
  target,
  /** The domain's name. */
  domain: z.string(),
  cpus: z.int(),
  /** MiB. */
  memory: z.int(),
  /** Bytes. */
  disk: z.int(),
  accel: z.enum(['kvm', 'tcg']),
  machineType: z.string(),
  firmware: z.enum(['bios', 'efi']),
  cacheMode: z.string(),
  ioMode: z.string().optional(),
  mac: z.string(),
  network: plannedNetwork,
  storage: plannedStorage,
  /** How shared folders reach the guest. */
  shares: z.enum(['virtiofs', '9p']).optional(),
  /** Who is logged in as. */
  user: z.string(),
});
