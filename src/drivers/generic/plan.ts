import { HvError } from '../../errors';
import type { Properties } from '../../resources/resource';
import type { DriverMachine } from '../driver';

/** What is settled of a host when it is taken in. */
export type GenericPlan = Properties & {
  host: string;
  port: number;
  user: string;
  enginePort: number;
  /** A line as in known_hosts, without the names. */
  hostKey: string;
  /** Of the private key. */
  identityFile?: string;
  /** In its place, where only the agent has the private one: the machine's folder keeps it. */
  publicKey?: string;
};

export function planOf({ name, plan }: Pick<DriverMachine, 'name' | 'plan'>): GenericPlan {
  if (isPlan(plan)) return plan;
  throw new HvError({
    code: 'ERR_GENERIC_PLAN',
    message: `What is stored of the machine "${name}" is not what this version of the driver generic writes`,
    hint: 'Was it made by a newer hvkit? Use that one.',
  });
}

function isPlan(plan: Properties): plan is GenericPlan {
  const { host, port, user, enginePort, hostKey, identityFile, publicKey } = plan;
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  if (!isText(host) || !isText(user) || !isText(hostKey)) return false;
  if (typeof port !== 'number' || typeof enginePort !== 'number') return false;
  return isText(identityFile) || isText(publicKey);
}
