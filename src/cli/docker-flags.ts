import { Option, type Command } from 'commander';

import type { DockerRequest } from '../index';
import type { Face } from './face';
import { collect } from './option';
import { UsageError } from './report';

/** As commander has them, of what addDockerFlags() declares. */
export interface DockerFlags {
  docker?: boolean;
  tlsSan?: string[];
  tlsKeyType?: 'ecdsa' | 'rsa2048' | 'rsa4096';
  engineInstallUrl?: string;
  engineOpt?: string[];
  engineInsecureRegistry?: string[];
  engineRegistryMirror?: string[];
  engineLabel?: string[];
  engineStorageDriver?: string;
  engineEnv?: string[];
  swarm?: true;
  swarmMaster?: true;
  swarmImage?: string;
  swarmDiscovery?: string;
  swarmStrategy?: string;
  swarmOpt?: string[];
  swarmJoinOpt?: string[];
  swarmHost?: string;
  swarmAddr?: string;
  swarmExperimental?: true;
}

const GROUP = 'Docker hosts:';

const FLAGS: readonly (readonly [flag: string, words: string, often?: 'often'])[] = [
  ['--tls-san <name>', 'one more name or address in the certificate of its Docker; repeatable', 'often'],
  ['--engine-install-url <url>', "a script that installs Docker, instead of the distribution's packages"],
  ['--engine-opt <key=value>', 'an option of dockerd; repeatable', 'often'],
  ['--engine-insecure-registry <host>', 'a registry that dockerd may use without verified TLS; repeatable', 'often'],
  ['--engine-registry-mirror <url>', 'a mirror that dockerd asks first; repeatable', 'often'],
  ['--engine-label <key=value>', 'a label of dockerd; repeatable', 'often'],
  ['--engine-storage-driver <name>', 'how dockerd stores images and containers'],
  ['--engine-env <NAME=value>', 'a variable of the environment of dockerd; repeatable', 'often'],
  ['--swarm', 'join the swarm of a machine that was created with --swarm-master'],
  ['--swarm-master', 'begin a swarm, and be its manager'],
  ['--swarm-discovery <machine>', 'which machine began the swarm, where there are several'],
  ['--swarm-addr <address>', 'the address that the others of the swarm reach it by; unless given, its own'],
];

/** Of classic Swarm, which is no more. Who was used to docker-machine is told of them. */
const CLASSIC_GROUP = 'Classic Swarm (kept and shown, of no effect):';
const CLASSIC: readonly (readonly [flag: string, words: string, often?: 'often'])[] = [
  ['--swarm-image <image>', 'the image of Swarm'],
  ['--swarm-strategy <name>', 'how it chooses a host'],
  ['--swarm-opt <option>', 'an option of its manager; repeatable', 'often'],
  ['--swarm-join-opt <option>', 'an option of who joins; repeatable', 'often'],
  ['--swarm-host <url>', 'where its manager listens'],
  ['--swarm-experimental', 'with what was new in it'],
];

export function addDockerFlags(command: Command, { makesDockerHosts }: Face): void {
  command
    .addOption(
      new Option('--docker', 'make it a Docker host; so does --image docker, and each option below').helpGroup(GROUP),
    )
    .addOption(
      new Option('--no-docker', 'make it none, whatever its image is').helpGroup(GROUP).hideHelp(!makesDockerHosts),
    );
  for (const [flag, words, often] of FLAGS) {
    const option = new Option(flag, words).helpGroup(GROUP);
    command.addOption(often ? option.argParser(collect) : option);
  }
  command.addOption(
    new Option('--tls-key-type <type>', 'of the key of its Docker (default: ecdsa)')
      .choices(['ecdsa', 'rsa2048', 'rsa4096'])
      .helpGroup(GROUP),
  );
  for (const [flag, words, often] of CLASSIC) {
    const option = new Option(flag, words).helpGroup(CLASSIC_GROUP).hideHelp(!makesDockerHosts);
    command.addOption(often ? option.argParser(collect) : option);
  }
}

/** What was asked for; undefined: nothing was said of it. */
export function dockerOf(flags: DockerFlags): DockerRequest | boolean | undefined {
  const engine = given({
    installUrl: flags.engineInstallUrl,
    opts: flags.engineOpt,
    insecureRegistries: flags.engineInsecureRegistry,
    registryMirrors: flags.engineRegistryMirror,
    labels: flags.engineLabel,
    storageDriver: flags.engineStorageDriver,
    env: flags.engineEnv,
  });
  const swarm = given({
    isMaster: flags.swarmMaster,
    image: flags.swarmImage,
    discovery: flags.swarmDiscovery,
    strategy: flags.swarmStrategy,
    opts: flags.swarmOpt,
    joinOpts: flags.swarmJoinOpt,
    host: flags.swarmHost,
    addr: flags.swarmAddr,
    isExperimental: flags.swarmExperimental,
  });
  const joins = flags.swarm === true || flags.swarmMaster === true;
  const request: DockerRequest = given({
    tlsSans: flags.tlsSan,
    keyType: flags.tlsKeyType,
    engine: isEmpty(engine) ? undefined : engine,
    // docker-machine takes the others without these two as well, and does nothing with them.
    swarm: joins ? swarm : undefined,
  });
  if (isEmpty(request)) return flags.docker;
  if (flags.docker !== false) return request;
  throw new UsageError('--no-docker and options of a Docker host exclude each other', 'leave one of them out');
}

function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

function isEmpty(values: object): boolean {
  return Object.keys(values).length === 0;
}
