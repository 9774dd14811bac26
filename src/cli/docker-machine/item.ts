import type { MachineSpec, MachineSummary } from '../../index';
import { messageOf } from '../report';
import { megabytes } from '../size';
import type { Value } from '../template/value';
import { dockerIn, engineFields, SWARM_HOST, swarmFields } from './options';

/** Over each column; the last ones are hvkit's own. */
export const HEADINGS = {
  Name: 'NAME',
  Active: 'ACTIVE',
  ActiveHost: 'ACTIVE_HOST',
  ActiveSwarm: 'ACTIVE_SWARM',
  DriverName: 'DRIVER',
  State: 'STATE',
  URL: 'URL',
  SwarmOptions: 'SWARM_OPTIONS',
  Swarm: 'SWARM',
  EngineOptions: 'ENGINE_OPTIONS',
  Error: 'ERRORS',
  DockerVersion: 'DOCKER',
  ResponseTime: 'RESPONSE',
  Address: 'ADDRESS',
  Image: 'IMAGE',
  CPUs: 'CPUS',
  Memory: 'MEMORY',
} as const;

type Item = Readonly<Record<keyof typeof HEADINGS, Value>>;

/** What a docker client is pointed at: `$DOCKER_HOST`. */
export type Pointed = string | undefined;

/** A machine as docker-machine's `ls` tells of it. */
export function itemOf(machine: MachineSummary, all: readonly MachineSummary[], pointed: Pointed): Item {
  const { name, driver, state, spec, docker, address, responseMs } = machine;
  const isHostActive = isPointedAt(machine, pointed);
  const isSwarmActive = isSwarmPointedAt(machine, pointed);
  return {
    Name: name,
    Active: isSwarmActive ? '* (swarm)' : isHostActive ? '*' : '-',
    ActiveHost: isHostActive,
    ActiveSwarm: isSwarmActive,
    DriverName: driver ?? 'not found',
    State: state,
    URL: docker?.url ?? '',
    SwarmOptions: swarmFields(spec),
    Swarm: swarmOf(machine, all),
    EngineOptions: engineFields(spec),
    Error: errorOf(machine),
    // Of one that was not asked nothing is known either.
    DockerVersion: docker?.version === undefined ? 'Unknown' : `v${docker.version}`,
    ResponseTime: `${responseMs ?? 0}ms`,
    Address: address?.host ?? '',
    Image: spec?.image ?? '',
    CPUs: spec === undefined ? '' : BigInt(spec.cpus),
    Memory: spec === undefined ? '' : megabytes(spec.memory),
  };
}

/** Whether a docker client is pointed at it, or at the swarm that it manages. */
export function isActive(machine: MachineSummary, pointed: Pointed): boolean {
  return isPointedAt(machine, pointed) || isSwarmPointedAt(machine, pointed);
}

function isPointedAt({ state, docker }: MachineSummary, pointed: Pointed): boolean {
  return state === 'Running' && docker?.url !== undefined && docker.url === pointed;
}

/** At the same address, on the port of the swarm's. */
function isSwarmPointedAt({ state, docker, spec }: MachineSummary, pointed: Pointed): boolean {
  const { swarm } = dockerIn(spec) ?? {};
  if (state !== 'Running' || docker?.url === undefined || swarm?.isMaster !== true) return false;
  return classicUrl(docker.url, swarm.host) === pointed;
}

/**
 * Where the swarm is reached that a machine manages. Today's is at its Docker's own URL; the classic one that somebody else
 * looks after is at a port of its own.
 */
export function swarmUrl({ dockerAsTold }: MachineSpec, url: string): string {
  return dockerAsTold === undefined ? url : classicUrl(url, dockerAsTold.swarm?.host);
}

function classicUrl(url: string, listens = SWARM_HOST): string {
  const host = /^\w+:\/\/(\[[^\]]*\]|[^/:]+)/.exec(url)?.[1];
  const port = /:(\d+)\/?$/.exec(listens)?.[1];
  // A socket in a file system has no ports.
  return host === undefined || port === undefined ? url : `tcp://${host}:${port}`;
}

type Member = Pick<MachineSummary, 'name' | 'spec'>;

/** The machine that began the swarm which this one is in. */
export function swarmMasterOf(machine: Member, all: readonly Member[]): string | undefined {
  const { swarm } = dockerIn(machine.spec) ?? {};
  if (swarm === undefined) return undefined;
  if (swarm.isMaster) return machine.name;
  if (all.some(({ name }) => name === swarm.discovery)) return swarm.discovery;
  const masters = all.filter(({ spec }) => dockerIn(spec)?.swarm?.isMaster);
  // It was told of none, and has joined the only one there was.
  if (swarm.discovery === undefined) return masters.length === 1 ? masters[0]?.name : undefined;
  // As with classic Swarm: both were told of the same place.
  return masters.find(({ spec }) => dockerIn(spec)?.swarm?.discovery === swarm.discovery)?.name;
}

function swarmOf(machine: MachineSummary, all: readonly MachineSummary[]): string {
  const master = swarmMasterOf(machine, all) ?? '';
  return dockerIn(machine.spec)?.swarm?.isMaster ? `${master} (master)` : master;
}

function errorOf({ error, reason, docker, state }: MachineSummary): string {
  if (error !== undefined) return oneLine(messageOf(error));
  if (docker?.error !== undefined) return `Unable to query docker version: ${oneLine(messageOf(docker.error))}`;
  return state === 'Running' ? '' : oneLine(reason ?? '');
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}
