import { z } from 'zod';

/** Which libvirt a machine is on: settled when it is made, and stored with it. */
export const target = z.strictObject({
  /** `remote` is on another host, as far as the URI tells. */
  kind: z.enum(['system', 'session', 'embed', 'remote']),
  /** What is opened. */
  uri: z.string(),
  /** Nobody but hvkit starts this daemon, on demand. */
  onDemand: z.boolean(),
  /** Of a session: what decides where its daemon listens and keeps its machines. */
  environment: z.record(z.string(), z.string()).optional(),
});
