import { z } from 'zod';

import { engineOptions, keyType } from '../docker/engine-options';
import { HOST_NAME, LONGEST_HOST_NAME } from '../net/host-name';

export const machineName = z
  .string()
  .max(LONGEST_HOST_NAME)
  .regex(HOST_NAME, 'Invalid hostname specified. Allowed hostname chars are: 0-9a-zA-Z . -');

const port = z.int().min(1).max(65535);

/** `-p host:guest[/udp]`. Without a port of the host the driver chooses one, and keeps it. */
export const publish = z.strictObject({
  host: port.optional(),
  guest: port,
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
});

/** `--share host:guest[:ro]`. */
export const share = z.strictObject({
  host: z.string().startsWith('/'),
  guest: z.string().startsWith('/'),
  readOnly: z.boolean().default(false),
});

/** `--network user|nat|network=NAME|bridge=NAME`. */
export const network = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('user'), restrict: z.boolean().optional() }),
  z.strictObject({ mode: z.literal('nat'), subnet: z.string().optional() }),
  z.strictObject({ mode: z.literal('network'), name: z.string().min(1) }),
  z.strictObject({ mode: z.literal('bridge'), name: z.string().min(1) }),
]);

/** `--swarm-master`, or `--swarm` without it. What classic Swarm took besides is kept as it was given, and shown. */
export const swarmOptions = z.strictObject({
  isMaster: z.boolean().default(false),
  /** The machine that began the swarm. */
  discovery: z.string().optional(),
  /** Where the others of the swarm reach it. */
  addr: z.string().optional(),
  image: z.string().optional(),
  strategy: z.string().optional(),
  opts: z.array(z.string()).default([]),
  joinOpts: z.array(z.string()).default([]),
  host: z.string().optional(),
  isExperimental: z.boolean().default(false),
});

/** Of a machine that is a Docker host. */
export const dockerSpec = z.strictObject({
  /** `--tls-san`: names and addresses in the certificate beside its own. */
  tlsSans: z.array(z.string()).default([]),
  keyType: keyType.default('ecdsa'),
  engine: engineOptions.prefault({}),
  swarm: swarmOptions.optional(),
});

/** What a user asks for. What is left open here is settled by the driver's plan, once, and stored beside it. */
export const machineSpec = z.strictObject({
  cpus: z.int().min(1).max(512),
  /** MiB. */
  memory: z.int().min(64),
  /** Bytes. */
  disk: z.int().min(2 ** 20),
  /** A catalogue name, a path, a URL, a folder. Absent of a driver whose machines boot none of hvkit's. */
  image: z.string().min(1).optional(),
  /** `sha256:...` or `sha512:...` of an image that is a URL. */
  checksum: z.string().optional(),
  network: network.optional(),
  publish: z.array(publish).default([]),
  shares: z.array(share).default([]),
  accel: z.enum(['auto', 'kvm', 'tcg']).default('auto'),
  autostart: z.boolean().default(false),
  /** cloud-init user-data of the user's own, as text. */
  userData: z.string().optional(),
  /** The user's own private key, instead of one made for this machine. */
  sshKey: z.string().optional(),
  docker: dockerSpec.optional(),
  /** Of a Docker, or a classic swarm, that somebody else looks after: what was said of it, which is shown. Nothing is done by it. */
  dockerAsTold: dockerSpec.optional(),
  /** The driver's own options, by its own schema. */
  options: z.record(z.string(), z.json()).default({}),
});

export type MachineSpec = z.output<typeof machineSpec>;
export type Publish = z.output<typeof publish>;
export type Share = z.output<typeof share>;
export type DockerSpec = z.output<typeof dockerSpec>;
export type SwarmOptions = z.output<typeof swarmOptions>;
export type NetworkSpec = z.output<typeof network>;
