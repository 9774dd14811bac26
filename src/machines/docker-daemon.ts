import { daemonSettings, type DaemonTls } from '../docker/daemon-json';
import type { DaemonValue } from '../docker/daemon-options';
import { engineEnvironment } from '../docker/engine-environment';
import type { DockerSpec } from '../drivers/driver';

/** Of the store that classic Swarm was kept in. With one, dockerd takes part in no swarm of today's, or does not start at all. */
const CLASSIC = /^cluster-(?:store|store-opt|advertise)(?==|$)/;

export interface DaemonPlace {
  driver: string;
  port?: number;
  tls?: DaemonTls;
}

/** What a machine's dockerd is told. */
export function daemonOf(
  { engine, swarm }: DockerSpec,
  { driver, ...where }: DaemonPlace,
): Record<string, DaemonValue> {
  const opts = swarm === undefined ? engine.opts : engine.opts.filter((each) => !CLASSIC.test(each));
  return daemonSettings({ engine: { ...engine, opts }, labels: [`provider=${driver}`], ...where });
}

/** Before anything is made: refuses what dockerd could not be started with, and tells what it is not told. */
export function checkDaemon(docker: DockerSpec, driver: string, warn: (message: string) => void): void {
  daemonOf(docker, { driver });
  engineEnvironment(docker.engine.env);
  if (docker.swarm === undefined) return;
  const left = new Set(docker.engine.opts.flatMap((each) => CLASSIC.exec(each) ?? []));
  if (left.size === 0) return;
  warn(
    `${[...left].join(', ')}: of classic Swarm, and not told to dockerd; a swarm of today's needs no store of its own`,
  );
}
