import type { Address } from '../drivers/driver';
import { HvError } from '../errors';
import { requireAwake } from './lifecycle';
import type { MachineRecord } from './machine-file';
import { knownAddress } from './remote';
import type { Workplace } from './workplace';

/** Where dockerd listens in a machine. */
export const DOCKER_PORT = 2376;

/** What a docker client needs: DOCKER_HOST, DOCKER_CERT_PATH, DOCKER_TLS_VERIFY. */
export interface DockerHost {
  /** `tcp://192.168.122.10:2376`. */
  url: string;
  /** The folder with ca.pem, cert.pem and key.pem: that of the machine. */
  certPath: string;
  tlsVerify: boolean;
}

export async function dockerHostOf(place: Workplace, record: MachineRecord): Promise<DockerHost> {
  requireDocker(record);
  await requireAwake(place, record);
  return dockerHostAt(place, record, await knownAddress(place, record));
}

export function dockerHostAt({ store }: Workplace, { name }: MachineRecord, address: Address): DockerHost {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return { url: `tcp://${host}:${DOCKER_PORT}`, certPath: store.folder(name), tlsVerify: true };
}

/** Of whichever machine was not made as one. */
export function requireDocker({ name, spec }: MachineRecord): NonNullable<MachineRecord['spec']['docker']> {
  if (spec.docker) return spec.docker;
  throw new HvError({
    code: 'ERR_NO_DOCKER',
    message: `The machine "${name}" is no Docker host`,
    hint: 'hvkit create --docker makes one.',
  });
}
