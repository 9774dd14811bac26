import { z } from 'zod';

/** What is asked of a machine's dockerd: docker-machine's `--engine-*`. daemon-json.ts and engine-environment.ts say what becomes of it. */
export const engineOptions = z.strictObject({
  /** A script that installs Docker, instead of the distribution's packages. */
  installUrl: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'must be an http:// or https:// URL')
    .optional(),
  /** Any other of dockerd's options: `key=value`; a bare `key` is one that is on. */
  opts: z.array(z.string().regex(/^[a-z][a-z0-9-]*(=.*)?$/, 'must be written as key=value')).default([]),
  /** `registry.example:5000`, `10.0.0.0/8`. */
  insecureRegistries: z
    .array(z.string().regex(/^\S+$/, 'must be a host, with or without a port, or a subnet'))
    .default([]),
  registryMirrors: z.array(z.string().regex(/^https?:\/\/\S+$/, 'must be an http:// or https:// URL')).default([]),
  labels: z.array(z.string().regex(/^[^=\s]+=.*$/, 'must be written as key=value')).default([]),
  storageDriver: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/, 'must be the name of a storage driver, such as overlay2')
    .optional(),
  /** Of dockerd's environment. */
  env: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*=.*$/, 'must be written as NAME=value')).default([]),
});

export type EngineOptions = z.output<typeof engineOptions>;

/** How a machine's keys are made: ECDSA on P-256, or RSA. */
export const keyType = z.enum(['ecdsa', 'rsa2048', 'rsa4096']);

export type KeyType = z.output<typeof keyType>;
