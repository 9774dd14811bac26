import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65535);

/** The first five are docker-machine's. */
export const genericOptions = z.strictObject({
  ipAddress: z.string().min(1).optional().describe('address or name of the host'),
  sshUser: z.string().min(1).default('root').describe('user to log in as, who may use sudo'),
  sshKey: z
    .string()
    .min(1)
    .optional()
    .describe('file of your private key; without it, those of the agent and the usual ones in ~/.ssh'),
  sshPort: port.default(22).describe('port of its ssh server'),
  enginePort: port.default(2376).describe('port of its Docker'),
  hostKey: z
    .string()
    .min(1)
    .optional()
    .describe(
      'its ssh host key: a line such as "ssh-ed25519 AAAA...", or a file; without it, ~/.ssh/known_hosts is read',
    ),
  acceptHostKey: z
    .boolean()
    .default(false)
    .describe('take the host key that it shows now for its own, and say which that is'),
});

export type GenericOptions = z.output<typeof genericOptions>;
