import { resolve } from 'node:path';

import { HvError } from '../../errors';
import type { DriverContext, MachineSpec } from '../driver';
import { genericOptions } from './options';

/** For all of a connection, up to the login. */
export const CONNECT_MS = 10_000;

/** A host, as it is asked for. */
export interface Wanted {
  host: string;
  port: number;
  user: string;
  enginePort: number;
  /** The user's private key, by its whole path. */
  sshKey: string | undefined;
  hostKey: string | undefined;
  acceptHostKey: boolean;
}

export function wantedBy({ options: given, sshKey }: MachineSpec, { env }: DriverContext): Wanted {
  const parsed = genericOptions.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new HvError({
      code: 'ERR_GENERIC_OPTION',
      message: `The driver generic takes no such option: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      hint: 'hvkit create --driver generic --help shows all of them.',
      cause: parsed.error,
    });
  }
  const { ipAddress, ...options } = parsed.data;
  if (ipAddress === undefined) {
    throw new HvError({
      code: 'ERR_GENERIC_OPTION',
      message: 'generic driver requires the --generic-ip-address option',
      hint: 'hvkit create --driver generic --generic-ip-address 192.0.2.10 --generic-ssh-user debian NAME',
    });
  }
  const file = options.sshKey ?? sshKey;
  return {
    host: ipAddress.replace(/^\[(.*)\]$/, '$1'),
    port: options.sshPort,
    user: options.sshUser,
    enginePort: options.enginePort,
    sshKey: file === undefined ? undefined : resolve(withHome(file, env)),
    hostKey: options.hostKey === undefined ? undefined : withHome(options.hostKey, env),
    acceptHostKey: options.acceptHostKey,
  };
}

/** In a variable and in a settings file no shell does this. */
function withHome(path: string, { HOME }: NodeJS.ProcessEnv): string {
  return HOME === undefined ? path : path.replace(/^~(?=\/|$)/, HOME);
}
