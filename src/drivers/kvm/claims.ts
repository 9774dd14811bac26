import { HvError } from '../../errors';
import { booted } from '../../images/booted';
import type { DriverMachine, Home } from '../driver';
import { baseName } from './base-files';
import { stemOf } from './names';
import { planOf } from './plan';
import { machineFiles, oneAtATime, parseMachine } from './shared';
import { daemonOf } from './target';

/** What one machine of this home needs of what is on the host. */
export interface Claim {
  name: string;
  uuid: string;
  /** daemonOf() its connection. */
  daemon: string;
  mac?: string;
  network?: string;
  base: string;
  stem: string;
}

/** What the machines of this home need, by their files. */
export class Claims {
  readonly claims: readonly Claim[];
  /** Machines whose file cannot be read: nobody knows what they need. */
  readonly unreadable: readonly string[];

  constructor(claims: readonly Claim[], unreadable: readonly string[]) {
    this.claims = claims;
    this.unreadable = unreadable;
  }

  get isEmpty(): boolean {
    return this.claims.length === 0 && this.unreadable.length === 0;
  }

  some(isIt: (claim: Claim) => boolean): boolean {
    return this.claims.some(isIt);
  }

  /** What several machines share: of one that cannot be read it may be. */
  someMay(isIt: (claim: Claim) => boolean): boolean {
    return this.unreadable.length > 0 || this.some(isIt);
  }
}

/** Those that the caller knows of, and all that have a file by now: another process may have begun one meanwhile. */
export async function claimsOf(home: Home, known: readonly DriverMachine[]): Promise<Claims> {
  const claims: Claim[] = known.map((machine) => {
    const { target, network, mac } = planOf(machine);
    return claimOf(booted(machine), {
      daemon: daemonOf(target.uri),
      network: 'name' in network ? network.name : undefined,
      mac,
    });
  });
  const unreadable: string[] = [];
  for (const [name, text] of await machineFiles(home)) {
    const record = parseMachine(text);
    if (record === undefined) unreadable.push(name);
    if (record === undefined || record === 'of another driver') continue;
    const { image, plan, uuid } = record;
    const daemon = daemonOf(plan.target.uri);
    claims.push(claimOf({ name, uuid, image }, { daemon, network: plan.network.name, mac: plan.mac }));
  }
  return new Claims(claims, unreadable);
}

/**
 * Takes away what no machine needs, unless one needs it by now. Of what machines share that is looked at under the lock under
 * which they take it over: one that is begun meanwhile has its file by then, or finds that it is gone.
 */
export async function unclaimed(
  home: Home,
  { name, isClaimed, lock }: { name: string; isClaimed: (claims: Claims) => boolean; lock?: string },
  remove: () => Promise<void>,
): Promise<void> {
  const work = async (): Promise<void> => {
    if (isClaimed(await claimsOf(home, []))) throw claimed(name);
    await remove();
  };
  await (lock === undefined ? work() : oneAtATime(home, lock, work, new AbortController().signal));
}

function claimed(name: string): HvError {
  return new HvError({
    code: 'ERR_KVM_CLAIMED',
    message: `${name} belongs to a machine by now`,
    hint: 'It is left alone. Look again: hvkit doctor',
  });
}

function claimOf(
  { name, uuid, image }: { name: string; uuid: string; image: { digest: string } },
  { daemon, network, mac }: { daemon: string; network: string | undefined; mac: string | undefined },
): Claim {
  return {
    name,
    uuid,
    daemon,
    base: baseName(image),
    stem: stemOf({ name, uuid }),
    ...(network === undefined ? {} : { network }),
    ...(mac === undefined ? {} : { mac }),
  };
}
