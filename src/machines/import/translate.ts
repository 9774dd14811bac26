import type { MachineSpec } from '../../drivers/driver';
import type { CreateRequest, DockerRequest } from '../request';
import { listIn, numberIn, refused, textIn, type ForeignMachine } from './foreign';

/** What docker-machine installed from where nobody said another place. */
const USUAL_INSTALL = 'https://get.docker.com';

export interface Translated {
  request: CreateRequest;
  /** Of a machine that its own driver goes on with: what the driver wrote of it, JSON. */
  config?: string;
}

export interface Circumstances {
  /** The file of the key that lies in the machine's folder, where there is one. */
  keyFile: string | undefined;
  /** Takes the host key that it shows for its own: docker-machine has kept none. */
  acceptHostKey: boolean;
  /** Whatever made it: by ssh, as a host that is there. */
  asHosts: boolean;
}

/** A machine of docker-machine's as one that hvkit can be asked for. */
export function translate(machine: ForeignMachine, circumstances: Circumstances): Translated {
  const { name, driverName, driver, driverText } = machine;
  if (driverName === 'none') {
    const url = textIn(driver, 'URL');
    if (url === undefined) throw refused(machine, 'its URL is not recorded');
    return { request: { name, driver: 'none', options: { url }, docker: dockerOf(machine) } };
  }
  if (driverName === 'generic' || circumstances.asHosts) return asHost(machine, circumstances);
  if (!driverText.startsWith('{')) throw refused(machine, 'what its driver knows of it is not recorded');
  return { request: { name, driver: driverName, docker: dockerOf(machine) }, config: driverText };
}

function asHost(machine: ForeignMachine, { keyFile, acceptHostKey }: Circumstances): Translated {
  const { name, driver } = machine;
  const ipAddress = textIn(driver, 'IPAddress');
  if (ipAddress === undefined) throw refused(machine, 'its address is not recorded: it was never started, or is off');
  const key = keyFile ?? textIn(driver, 'SSHKeyPath');
  const options = {
    ipAddress,
    sshUser: textIn(driver, 'SSHUser') ?? 'root',
    sshPort: numberIn(driver, 'SSHPort') ?? 22,
    enginePort: numberIn(driver, 'EnginePort') ?? 2376,
    ...(key !== undefined && { sshKey: key }),
    ...(acceptHostKey && { acceptHostKey }),
  };
  return { request: { name, driver: 'generic', options, docker: dockerOf(machine) } };
}

function dockerOf({ engine, swarm, auth }: ForeignMachine): DockerRequest {
  const installUrl = textIn(engine, 'InstallURL');
  const storageDriver = textIn(engine, 'StorageDriver');
  return {
    tlsSans: listIn(auth, 'ServerCertSANs'),
    engine: {
      opts: listIn(engine, 'ArbitraryFlags').map((flag) => flag.replace(/^-+/, '')),
      env: listIn(engine, 'Env'),
      insecureRegistries: listIn(engine, 'InsecureRegistry'),
      registryMirrors: listIn(engine, 'RegistryMirror'),
      labels: listIn(engine, 'Labels'),
      ...(storageDriver !== undefined && { storageDriver }),
      ...(installUrl !== undefined && installUrl !== USUAL_INSTALL && { installUrl }),
    },
    ...((swarm['Master'] === true || swarm['Agent'] === true) && { swarm: swarmOf(swarm) }),
  };
}

function swarmOf(swarm: ForeignMachine['swarm']): NonNullable<DockerRequest['swarm']> {
  const given = {
    discovery: textIn(swarm, 'Discovery'),
    addr: textIn(swarm, 'Address'),
    image: textIn(swarm, 'Image'),
    strategy: textIn(swarm, 'Strategy'),
    host: textIn(swarm, 'Host'),
  };
  return {
    isMaster: swarm['Master'] === true,
    opts: listIn(swarm, 'ArbitraryFlags'),
    joinOpts: listIn(swarm, 'ArbitraryJoinFlags'),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** Its swarm is containers that run there: they are shown, and hvkit neither begins nor joins one of today's beside them. */
export function withClassicSwarm(spec: MachineSpec): MachineSpec {
  if (spec.docker?.swarm === undefined) return spec;
  const { swarm: _shown, ...docker } = spec.docker;
  return { ...spec, docker, dockerAsTold: spec.docker };
}
