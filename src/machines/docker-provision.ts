import type { Address } from '../drivers/driver';
import { DOCKER_PORT } from '../docker/daemon-json';
import { dockerVersion } from '../docker/api';
import { engineEnvironment, environmentFile, exportsFile } from '../docker/engine-environment';
import { HvError } from '../errors';
import { SshHost, type Host } from '../provision/host';
import { loadModules, type ProvisionModule } from '../provision/modules';
import type { ProvisionContext, ServerCertificates, Step } from '../provision/provisioner';
import { detect, perform, type Detected } from '../provision/run';
import { whileItRuns } from './alive';
import { daemonOf } from './docker-daemon';
import { CREDENTIALS, DockerCredentials, serverCertificate } from './docker-credentials';
import { dockerHostAt, requireDocker } from './docker-host';
import { dockerAnswers } from './docker-ready';
import type { Ledger } from './ledger';
import type { Progress } from './progress';
import { connected } from './remote';
import type { Workplace } from './workplace';

export interface DockerWork {
  signal: AbortSignal;
  tell: (stage: Progress['stage'], message: string) => void;
  timeoutMs: number;
  /** Certificates also where they are good. */
  anew?: true;
}

/** A machine whose lock is held, and that runs. */
export interface Scene {
  place: Workplace;
  ledger: Ledger;
  address: Address;
  work: DockerWork;
}

/** Makes a Docker host of a machine that can be logged in to, as far as it is none, and waits until its Docker answers. */
export async function makeDockerHost(scene: Scene): Promise<void> {
  await onHost(scene, async (at) => {
    const context = await contextOf(scene, at);
    await stepwise(scene, at, { context, steps: at.provisioner.steps(context) });
    await answers(scene, at);
    await joinSwarm(scene, at.signal);
  });
}

/** The newest Docker that its system has: the versions before and after. */
export async function upgradeDocker(scene: Scene): Promise<{ before: string; after: string }> {
  const { ledger, address, place, work } = scene;
  const { record } = ledger;
  const host = await dockerHostAt(place, record, address);
  const { version: before } = await dockerVersion(host, { signal: work.signal });
  return onHost(scene, async (at) => {
    const context = await contextOf(scene, at);
    const steps = at.provisioner.upgrade?.(context);
    if (!steps) {
      throw new HvError({
        code: 'ERR_UNSUPPORTED',
        message: `The Docker of "${record.name}" is a part of its system, ${at.os.prettyName}, and cannot be upgraded in place`,
        hint: 'hvkit image build docker takes the newest packages; a machine that is created then has them.',
      });
    }
    await stepwise(scene, at, { context, steps });
    return { before, after: await answers(scene, at) };
  });
}

interface At extends Detected {
  host: Host;
  /** Ends with the machine, too. */
  signal: AbortSignal;
  modules: ProvisionModule;
}

/** Over one connection. */
async function onHost<T>({ place, ledger, work }: Scene, use: (at: At) => Promise<T>): Promise<T> {
  const modules = await loadModules(await place.docker.modules());
  work.tell('provision', 'looking at its system');
  const driver = await place.drivers.of(ledger.record);
  return whileItRuns(driver, ledger.machine, work.signal, (signal) =>
    connected(place, ledger.record, signal, async (client) => {
      const host = await SshHost.over(client, signal);
      const detected = await detect(host, modules.provisioners);
      return use({ ...detected, host, modules, signal });
    }),
  );
}

async function stepwise(
  { work }: Scene,
  at: At,
  { context, steps }: { context: ProvisionContext; steps: readonly Step[] },
): Promise<void> {
  await perform(at.host, steps, context, {
    hooks: at.modules.hooks,
    signal: at.signal,
    onStep: ({ title }) => {
      work.tell('provision', title);
    },
  });
}

async function contextOf(scene: Scene, { os }: Detected): Promise<ProvisionContext> {
  const { ledger, address } = scene;
  const port = await portOf(scene);
  const { record } = ledger;
  const docker = requireDocker(record);
  const variables = engineEnvironment(docker.engine.env);
  return {
    machine: { name: record.name, address: address.host },
    os,
    installUrl: docker.engine.installUrl,
    port,
    daemon: (tls) => daemonOf(docker, { driver: record.driver, port, tls }),
    environment: { variables, file: environmentFile(variables), exports: exportsFile(variables) },
    certificates: () => certificatesOf(scene),
  };
}

/** In the machine. A driver that knows the URL knows it: the flag --generic-engine-port. */
async function portOf({ place, ledger }: Scene): Promise<number> {
  const driver = await place.drivers.of(ledger.record);
  const url = await driver.url?.(ledger.machine);
  return url === undefined ? DOCKER_PORT : Number(new URL(url).port);
}

/** Issued here: what leaves this host is the server's own, over ssh. */
async function certificatesOf({ place, ledger, address, work }: Scene): Promise<ServerCertificates> {
  const { name, spec } = ledger.record;
  const { keyType, tlsSans } = requireDocker(ledger.record);
  const { isIP } = require('node:net') as typeof import('node:net');
  const wanted = [name, address.host, ...(address.guest === undefined ? [] : [address.guest]), ...tlsSans];
  const folder = place.store.folder(name);
  const certificate = await serverCertificate(await place.docker.authority(keyType), folder, {
    names: wanted.filter((each) => isIP(each) === 0),
    addresses: wanted.filter((each) => isIP(each) !== 0),
    keyType,
    ...(work.anew && { anew: true }),
  });
  // The client's may be older than a CA that was made since.
  const client = new DockerCredentials(place.docker, { folder, spec });
  await ledger.set(CREDENTIALS, { kind: client.kind, state: 'ready', properties: await client.create() });
  return certificate;
}

async function joinSwarm({ place, ledger, address, work }: Scene, signal: AbortSignal): Promise<void> {
  const { record } = ledger;
  const { swarm } = requireDocker(record);
  if (!swarm) return;
  work.tell('provision', swarm.isMaster ? 'beginning a swarm' : 'joining the swarm');
  const { enterSwarm } = require('./docker-swarm') as typeof import('./docker-swarm');
  const host = await dockerHostAt(place, record, address);
  await enterSwarm(place, record, { host, swarm, address: address.guest ?? address.host, signal });
}

async function answers({ place, ledger, address, work }: Scene, { provisioner, host, signal }: At): Promise<string> {
  work.tell('provision', 'waiting for Docker');
  return dockerAnswers(await dockerHostAt(place, ledger.record, address), {
    name: ledger.record.name,
    timeoutMs: work.timeoutMs,
    signal,
    log: () => provisioner.log?.(host) ?? Promise.resolve(''),
  });
}
