import { join } from 'node:path';

import { HvError } from '../../errors';
import { SshClient } from '../../ssh/client';
import { firstWayIn, usualWays } from '../../ssh/ways-in';
import type { DriverContext, MachineSpec } from '../driver';
import { trustedHostKey } from './host-key';
import type { GenericPlan } from './plan';
import { CONNECT_MS, wantedBy, type Wanted } from './wanted';

/** Settles how the host is logged in to, by logging in: what does not go is refused before anything is recorded. */
export async function planHost(spec: MachineSpec, context: DriverContext): Promise<GenericPlan> {
  const wanted = wantedBy(spec, context);
  const { host, port, user, enginePort } = wanted;
  const hostKey = await trustedHostKey(wanted, context);
  return { host, port, user, enginePort, hostKey, ...(await identityFor(wanted, hostKey, context)) };
}

type Identity = { identityFile: string } | { publicKey: string };

async function identityFor(wanted: Wanted, hostKey: string, { env }: DriverContext): Promise<Identity> {
  const { sshKey: file, host, port, user } = wanted;
  const target = { host, port, user, hostKey };
  const agent = env['SSH_AUTH_SOCK'];
  if (file !== undefined) {
    const client = await SshClient.connect({ ...target, identityFile: file }, { agent, timeoutMs: CONNECT_MS });
    await client.end();
    return { identityFile: file };
  }
  const { ways, trouble } = await usualWays(join(env['HOME'] ?? '/', '.ssh'), agent);
  try {
    const way = await firstWayIn(target, ways, { timeoutMs: CONNECT_MS });
    if (way) return way.file === undefined ? { publicKey: way.publicKey } : { identityFile: way.file };
  } catch (error) {
    throw HvError.is(error) && error.code === 'ERR_SSH_AUTH' ? withTrouble(error, trouble) : error;
  }
  throw new HvError({ code: 'ERR_SSH_AUTH', message: `${host} let "${user}" in without a key, which is no way in` });
}

function withTrouble(error: HvError, trouble: readonly string[]): HvError {
  return new HvError({
    code: error.code,
    message: [error.message, ...trouble.map((line) => `  ${line}`)].join('\n'),
    hint: '--generic-ssh-key names the file of the key, and --generic-ssh-user who it is for.',
    cause: error,
  });
}
