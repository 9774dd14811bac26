import { setTimeout as delay } from 'node:timers/promises';

import { askDocker, type DockerQuestion } from '../docker/api';
import type { DockerSpec } from '../drivers/driver';
import { HvError } from '../errors';
import { dockerHostOf, type DockerHost } from './docker-host';
import type { MachineRecord } from './machine-file';
import { survey } from './survey';
import type { Workplace } from './workplace';

type Swarm = NonNullable<DockerSpec['swarm']>;

/** Where the nodes of a swarm find each other. */
const LISTEN = '0.0.0.0:2377';
/** It elects a leader, or asks one to let it in. */
const PATIENCE = 60_000;
/** How often a daemon is asked whether it is in by now. */
const PAUSE = 500;
/** What a daemon is of a swarm. */
const OUTSIDE = 'inactive';
const UNDER_WAY = 'pending';
const INSIDE = 'active';

type Ask = (question: DockerQuestion) => Promise<unknown>;

/** Of a machine whose Docker answers: begins a swarm, or joins one, unless it is in one. */
export async function enterSwarm(
  place: Workplace,
  record: MachineRecord,
  { host, swarm, address, signal }: { host: DockerHost; swarm: Swarm; address: string; signal: AbortSignal },
): Promise<void> {
  const ask: Ask = (question) => askDocker(host, { timeoutMs: PATIENCE, signal, ...question });
  let state = await stateOf(ask);
  if (state === UNDER_WAY) {
    // What was begun before somebody was killed goes on by itself, and comes to something or to nothing.
    await entered(ask, signal);
    state = await stateOf(ask);
  }
  if (state === INSIDE) return;
  if (state !== OUTSIDE) throw outOfReach(record, state);
  const own = { ListenAddr: LISTEN, AdvertiseAddr: swarm.addr ?? address };
  const manager = swarm.isMaster ? await firstManager(place, record, swarm) : await managerOf(place, record, swarm);
  if (manager === undefined) {
    await ask({ path: '/swarm/init', method: 'POST', body: own });
    return;
  }
  const role = swarm.isMaster ? 'Manager' : 'Worker';
  const { RemoteAddrs, JoinToken } = await invitation(place, manager, { role, signal });
  try {
    await ask({ path: '/swarm/join', method: 'POST', body: { ...own, RemoteAddrs, JoinToken } });
  } catch (error) {
    // After 20 seconds it says that it is not in yet, and goes on: on a busy host that is too early.
    if (!HvError.is(error) || error.code !== 'ERR_DOCKER_NOT_READY' || !(await entered(ask, signal))) throw error;
  }
}

async function stateOf(ask: Ask): Promise<string> {
  const state = within(await ask({ path: '/info' }), 'Swarm', 'LocalNodeState');
  return typeof state === 'string' ? state : OUTSIDE;
}

/** Waits for what it has begun; whether it came to something. */
async function entered(ask: Ask, signal: AbortSignal): Promise<boolean> {
  const late = AbortSignal.timeout(PATIENCE);
  for (;;) {
    const state = await stateOf(ask);
    if (state !== UNDER_WAY) return state === INSIDE;
    if (late.aborted) return false;
    await delay(PAUSE, undefined, { signal });
  }
}

/** Before anything is made: whose swarm it is that a machine is to join. */
export async function managerOf(place: Workplace, { name }: { name: string }, swarm: Swarm): Promise<MachineRecord> {
  const { records } = await survey(place.store);
  const named = meant(othersBegun(records, name), swarm.discovery);
  const [manager, ...others] = named;
  // Those that were told of one place are managers of one swarm.
  if (manager !== undefined && (others.length === 0 || swarm.discovery !== undefined)) return manager;
  throw new HvError({
    code: 'ERR_NO_SWARM',
    message:
      manager === undefined
        ? `There is no swarm that "${name}" could join${swarm.discovery === undefined ? '' : `: no machine "${swarm.discovery}", and none with that --swarm-discovery, has begun one`}`
        : `There are several swarms that "${name}" could join: those of ${named.map((each) => each.name).join(', ')}`,
    hint:
      manager === undefined
        ? 'hvkit create --swarm-master begins one.'
        : `--swarm-discovery ${manager.name} names the machine that has begun it.`,
  });
}

function meant(managers: readonly MachineRecord[], discovery: string | undefined): readonly MachineRecord[] {
  if (discovery === undefined) return managers;
  const named = managers.filter(({ name }) => name === discovery);
  if (named.length > 0) return named;
  // As scripts for classic Swarm have it: both are told of the same place, `token://...` or `consul://...`.
  return managers.filter(({ spec }) => spec.docker?.swarm?.discovery === discovery);
}

/** Of one that is to be a manager as well: who has begun the swarm that it was told of. Undefined: it is the first one. */
async function firstManager(
  { store }: Workplace,
  { name }: MachineRecord,
  { discovery }: Swarm,
): Promise<MachineRecord | undefined> {
  if (discovery === undefined) return undefined;
  const { records } = await survey(store);
  return meant(othersBegun(records, name), discovery).find(({ phase }) => phase === 'ready');
}

function othersBegun(records: readonly MachineRecord[], name: string): MachineRecord[] {
  return records.filter((each) => each.name !== name && each.spec.docker?.swarm?.isMaster === true);
}

async function invitation(
  place: Workplace,
  manager: MachineRecord,
  { role, signal }: { role: 'Manager' | 'Worker'; signal: AbortSignal },
): Promise<{ RemoteAddrs: string[]; JoinToken: string }> {
  const host = await dockerHostOf(place, manager);
  const waiting = { timeoutMs: PATIENCE, signal };
  const token = within(await askDocker(host, { path: '/swarm', ...waiting }), 'JoinTokens', role);
  const managers = within(await askDocker(host, { path: '/info', ...waiting }), 'Swarm', 'RemoteManagers');
  const addresses = (Array.isArray(managers) ? managers : []).map((each) => within(each, 'Addr'));
  const known = addresses.filter((each) => typeof each === 'string');
  if (typeof token === 'string' && known.length > 0) return { RemoteAddrs: known, JoinToken: token };
  throw new HvError({
    code: 'ERR_NO_SWARM',
    message: `The Docker of "${manager.name}" tells ${typeof token === 'string' ? 'no address' : 'no token'} to join its swarm with`,
    hint: `hvkit ssh ${manager.name} docker node ls`,
  });
}

function outOfReach({ name }: MachineRecord, state: string): HvError {
  return new HvError({
    code: 'ERR_NO_SWARM',
    message: `The Docker of "${name}" is of a swarm that it does not take part in: it says "${state}"`,
    hint: `hvkit ssh ${name} docker info tells why; docker swarm leave --force there, and hvkit provision ${name} joins anew.`,
  });
}

/** What stands there in an answer, if anything does. */
function within(answer: unknown, ...path: readonly string[]): unknown {
  let found = answer;
  for (const name of path) found = (found as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return found;
}
