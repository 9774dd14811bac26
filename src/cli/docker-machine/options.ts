import type { MachineSpec } from '../../index';
import type { Fields } from '../template/value';

type Spec = MachineSpec | undefined;

/** Where classic Swarm listens, if nobody says otherwise. */
export const SWARM_HOST = 'tcp://0.0.0.0:3376';

/** What is known of a machine's Docker: of one, or of a swarm, that somebody else looks after, what was said of it. */
export function dockerIn(spec: Spec): MachineSpec['docker'] {
  const { docker, dockerAsTold: told } = spec ?? {};
  if (docker === undefined) return told;
  return told?.swarm === undefined ? docker : { ...docker, swarm: told.swarm };
}

/** What docker-machine keeps of `--engine-*`, in its names; null of what is no Docker host. */
export function engineFields(spec: Spec): Fields | null {
  const { engine } = dockerIn(spec) ?? {};
  if (engine === undefined) return null;
  return {
    ArbitraryFlags: engine.opts,
    Env: engine.env,
    InsecureRegistry: engine.insecureRegistries,
    Labels: engine.labels,
    RegistryMirror: engine.registryMirrors,
    StorageDriver: engine.storageDriver ?? '',
    TlsVerify: true,
    InstallURL: engine.installUrl ?? '',
  };
}

/** Of `--swarm*`; of what was not given, what docker-machine takes for it. */
export function swarmFields(spec: Spec): Fields | null {
  const docker = dockerIn(spec);
  if (docker === undefined) return null;
  const { swarm } = docker;
  return {
    IsSwarm: swarm !== undefined,
    Address: swarm?.addr ?? '',
    Discovery: swarm?.discovery ?? '',
    Agent: swarm !== undefined && !swarm.isMaster,
    Master: swarm?.isMaster ?? false,
    Host: swarm?.host ?? SWARM_HOST,
    Image: swarm?.image ?? 'swarm:latest',
    Strategy: swarm?.strategy ?? 'spread',
    ArbitraryFlags: swarm?.opts ?? [],
    ArbitraryJoinFlags: swarm?.joinOpts ?? [],
    IsExperimental: swarm?.isExperimental ?? false,
  };
}

/** Where the certificates of a machine lie: its own in its folder, the others' in the home. */
export function authFields(spec: Spec, { home, folder }: { home: string; folder: string }): Fields | null {
  const docker = dockerIn(spec);
  if (docker === undefined) return null;
  const certs = `${home}/certs`;
  return {
    CertDir: certs,
    CaCertPath: `${certs}/ca.pem`,
    CaPrivateKeyPath: `${certs}/ca-key.pem`,
    ClientCertPath: `${certs}/cert.pem`,
    ClientKeyPath: `${certs}/key.pem`,
    ServerCertPath: `${folder}/server.pem`,
    ServerKeyPath: `${folder}/server-key.pem`,
    ServerCertSANs: docker.tlsSans,
    StorePath: folder,
  };
}
