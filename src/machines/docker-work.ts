import type { Address } from '../drivers/driver';
import { HvError } from '../errors';
import { textOf } from '../files';
import { serverFile } from './docker-credentials';
import { requireDocker } from './docker-host';
import { makeDockerHost, upgradeDocker, type Scene } from './docker-provision';
import type { Ledger } from './ledger';
import { requireAwake, requireFinished, withMachine } from './lifecycle';
import type { MachineRecord } from './machine-file';
import type { StartOptions } from './progress';
import { knownAddress } from './remote';
import type { Workplace } from './workplace';

/** Makes what was interrupted whole, and puts right what was changed: each step does as much as there is to do. */
export function provision(place: Workplace, name: string, options?: StartOptions): Promise<void> {
  return onDockerHost(place, name, options, async (scene) => {
    await makeDockerHost(scene);
    await scene.ledger.enter('ready');
  });
}

/** A new certificate of its Docker, by the CA that signs now. */
export function regenerateCertificates(place: Workplace, name: string, options?: StartOptions): Promise<void> {
  return onDockerHost(place, name, options, async (scene) => {
    await makeDockerHost({ ...scene, work: { ...scene.work, anew: true } });
    await scene.ledger.enter('ready');
    await place.docker.retire(await serverCertificates(place));
  });
}

/** Of all Docker hosts of the home. */
async function serverCertificates({ store }: Workplace): Promise<string[]> {
  const files = (await store.names()).map((name) => serverFile(store.folder(name)));
  const texts = await Promise.all(files.map(textOf));
  return texts.filter((text) => text !== undefined);
}

export function upgrade(
  place: Workplace,
  name: string,
  options?: StartOptions,
): Promise<{ before: string; after: string }> {
  return onDockerHost(place, name, options, upgradeDocker);
}

/** A URL is a Docker host as well, into which hvkit has no way. */
async function requireOurs(place: Workplace, record: MachineRecord): Promise<void> {
  const { definition } = await place.drivers.engaged(record);
  if (definition.takes?.docker !== false) {
    requireDocker(record);
    return;
  }
  throw new HvError({
    code: 'ERR_UNSUPPORTED',
    message: `The Docker of the machine "${record.name}" is looked after by somebody else: hvkit knows its URL`,
    hint: 'hvkit create --driver generic --docker makes a Docker host of whatever has ssh.',
  });
}

/** While nobody else changes it. */
async function onDockerHost<T>(
  place: Workplace,
  name: string,
  { signal = new AbortController().signal, onProgress, timeoutMs }: StartOptions = {},
  work: (scene: Scene) => Promise<T>,
): Promise<T> {
  return withMachine(place, name, signal, async (ledger: Ledger) => {
    requireFinished(ledger.record);
    await requireOurs(place, ledger.record);
    await requireAwake(place, ledger.record, signal);
    const address: Address = await knownAddress(place, ledger.record);
    await ledger.reached(address);
    try {
      return await work({
        place,
        ledger,
        address,
        work: {
          signal,
          timeoutMs: timeoutMs ?? (await place.readyMs()),
          tell: (stage, message) => onProgress?.({ machine: name, stage, message }),
        },
      });
    } catch (error) {
      if (!signal.aborted) throw error;
      const message = `Provisioning the machine "${name}" was interrupted: hvkit provision ${name} goes on with it`;
      throw new HvError({ code: 'ABORT_ERR', message, cause: error });
    }
  });
}
