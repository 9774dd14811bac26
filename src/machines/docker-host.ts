import { join } from 'node:path';

import type { Address } from '../drivers/driver';
import { DOCKER_PORT } from '../docker/daemon-json';
import { HvError } from '../errors';
import { textOf } from '../files';
import { machineOf } from './ledger';
import { requireAwake } from './lifecycle';
import type { MachineRecord } from './machine-file';
import { knownAddress } from './remote';
import type { Workplace } from './workplace';

/** What a docker client needs: DOCKER_HOST, DOCKER_CERT_PATH, DOCKER_TLS_VERIFY. */
export interface DockerHost {
  /** `tcp://192.168.122.10:2376`. */
  url: string;
  /** The folder with ca.pem, cert.pem and key.pem: that of the machine. */
  certPath: string;
  tlsVerify: boolean;
}

export async function dockerHostOf(place: Workplace, record: MachineRecord): Promise<DockerHost> {
  const url = await urlOf(place, record);
  // One that a driver knows of is a Docker host without having been made one.
  if (url === undefined) requireDocker(record);
  await requireAwake(place, record);
  return hostOf(place, record, url);
}

/** Of one that is known to run; undefined: it is no Docker host. */
export async function runningDockerHost(place: Workplace, record: MachineRecord): Promise<DockerHost | undefined> {
  const url = await urlOf(place, record);
  return url === undefined && record.spec.docker === undefined ? undefined : hostOf(place, record, url);
}

async function urlOf(place: Workplace, record: MachineRecord): Promise<string | undefined> {
  const driver = await place.drivers.of(record);
  return driver.url?.(machineOf(place.store, record));
}

async function hostOf(place: Workplace, record: MachineRecord, url: string | undefined): Promise<DockerHost> {
  if (url !== undefined) return knownHost(place, record, url);
  return atAddress(place, record, await knownAddress(place, record));
}

/** Of one that is reached at this address. */
export async function dockerHostAt(place: Workplace, record: MachineRecord, address: Address): Promise<DockerHost> {
  const url = await urlOf(place, record);
  return url === undefined ? atAddress(place, record, address) : knownHost(place, record, url);
}

function atAddress({ store }: Workplace, { name }: MachineRecord, { host, ports }: Address): DockerHost {
  const forward = ports?.find(({ guest, protocol }) => guest === DOCKER_PORT && protocol === 'tcp');
  if (ports && !forward) {
    throw new HvError({
      code: 'ERR_NO_DOCKER',
      message: `No port of ${host} leads to port ${DOCKER_PORT} of the machine "${name}", where its Docker is`,
      hint: `hvkit create -p :${DOCKER_PORT} makes one with it.`,
    });
  }
  const place = host.includes(':') ? `[${host}]` : host;
  return { url: `tcp://${place}:${forward?.host ?? DOCKER_PORT}`, certPath: store.folder(name), tlsVerify: true };
}

/** Of one that hvkit gave no certificates it is verified where somebody put them there. */
async function knownHost({ store }: Workplace, { name, spec }: MachineRecord, url: string): Promise<DockerHost> {
  const certPath = store.folder(name);
  return {
    url,
    certPath,
    tlsVerify: spec.docker !== undefined || (await textOf(join(certPath, 'ca.pem'))) !== undefined,
  };
}

/** Of whichever machine was not made as one. */
export function requireDocker({ name, spec }: MachineRecord): NonNullable<MachineRecord['spec']['docker']> {
  if (spec.docker) return spec.docker;
  throw new HvError({
    code: 'ERR_NO_DOCKER',
    message: `The machine "${name}" was not made as a Docker host`,
    hint: 'hvkit create --docker makes one.',
  });
}
