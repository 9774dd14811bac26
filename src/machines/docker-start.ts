import type { Address } from '../drivers/driver';
import { whileItRuns } from './alive';
import { serverInfo } from './docker-credentials';
import { dockerHostAt } from './docker-host';
import type { DockerWork } from './docker-provision';
import { dockerAnswers } from './docker-ready';
import { machineOf } from './ledger';
import { withMachine } from './lifecycle';
import type { MachineRecord } from './machine-file';
import { connected } from './remote';
import type { Workplace } from './workplace';

/**
 * After a start: waits until Docker answers, without the machine's lock, so that it can be stopped meanwhile. What is not as
 * it should be is put right first: an address that its certificate does not name, one that has ended, and what a killed
 * process left half provisioned.
 */
export async function dockerComesUp(
  place: Workplace,
  record: MachineRecord,
  address: Address,
  work: DockerWork,
): Promise<void> {
  const { name } = record;
  if (!(await isWhole(place, record, address))) {
    const { makeDockerHost } = require('./docker-provision') as typeof import('./docker-provision');
    await withMachine(place, name, work.signal, async (ledger) => {
      await makeDockerHost({ place, ledger, address, work });
      await ledger.enter('ready');
    });
    return;
  }
  work.tell('provision', 'waiting for Docker');
  const driver = await place.drivers.of(record);
  await whileItRuns(driver, machineOf(place.store, record), work.signal, async (signal) =>
    dockerAnswers(await dockerHostAt(place, record, address), {
      name,
      timeoutMs: work.timeoutMs,
      signal,
      log: () => logOf(place, record, signal),
    }),
  );
}

async function isWhole({ store }: Workplace, { name, phase }: MachineRecord, { host }: Address): Promise<boolean> {
  const certificate = await serverInfo(store.folder(name));
  return phase === 'ready' && certificate?.covers(host) === true && certificate.validTo.getTime() > Date.now();
}

/** The last that its dockerd said. */
async function logOf(place: Workplace, record: MachineRecord, signal: AbortSignal): Promise<string> {
  const { SshHost } = require('../provision/host') as typeof import('../provision/host');
  const { loadModules } = require('../provision/modules') as typeof import('../provision/modules');
  const { detect } = require('../provision/run') as typeof import('../provision/run');
  const { provisioners } = await loadModules(await place.docker.modules());
  return connected(place, record, signal, async (client) => {
    const host = await SshHost.over(client, signal);
    const { provisioner } = await detect(host, provisioners);
    return (await provisioner.log?.(host)) ?? '';
  });
}
