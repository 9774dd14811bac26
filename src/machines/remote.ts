import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';

import type { Address } from '../drivers/driver';
import { HvError } from '../errors';
import { writeWhole } from '../files';
import type { SshClient } from '../ssh/client';
import type { ConfiguredHost } from '../ssh/config';
import type { ForwardOptions, Tunnel } from '../ssh/forward';
import type { SshTarget } from '../ssh/target';
import { evidenceOf } from './evidence';
import type { ExecOptions, ExecResult, ShellOptions } from './exec';
import { settled } from './address';
import { untilAborted } from './heed';
import { machineOf } from './ledger';
import { cannot, requireAwake, requireRunning } from './lifecycle';
import type { MachineRecord } from './machine-file';
import { sshTarget } from './ssh-target';
import type { Workplace } from './workplace';

const SSH_CONFIG = 'ssh_config';

/** Where a machine that runs is reached. */
export async function addressOf(place: Workplace, record: MachineRecord): Promise<Address> {
  await requireRunning(place, record);
  return knownAddress(place, record);
}

export async function knownAddress(place: Workplace, record: MachineRecord): Promise<Address> {
  const { driver, definition } = await place.drivers.engaged(record);
  const machine = machineOf(place.store, record);
  const address = await driver.address(machine);
  if (address) return settled(address);
  const seen = await evidenceOf(driver, machine, { signal: new AbortController().signal });
  throw new HvError({
    code: 'ERR_NO_ADDRESS',
    message: [`The machine "${record.name}" has no address yet`, ...seen.map((line) => `  ${line}`)].join('\n'),
    // One that hvkit does not start is where it was said to be.
    ...(definition.capabilities.power !== false && { hint: `hvkit start ${record.name} waits until it has one.` }),
  });
}

export async function targetOf(place: Workplace, record: MachineRecord): Promise<SshTarget> {
  return targetAt(place, record, await addressOf(place, record));
}

async function targetAt(place: Workplace, record: MachineRecord, address: Address): Promise<SshTarget> {
  return sshTarget(await place.drivers.of(record), machineOf(place.store, record), address);
}

/** For who logs in there now. */
async function awakeTarget(place: Workplace, record: MachineRecord, signal?: AbortSignal): Promise<SshTarget> {
  await requireAwake(place, record, signal);
  const looking = async () => targetAt(place, record, await knownAddress(place, record));
  // A hypervisor that hangs does not hear the signal.
  return untilAborted(looking(), signal);
}

/** A section of ssh's configuration. Of a machine that is off, where it was reached last: it keeps that as far as it can. */
export async function sshConfigOf(place: Workplace, record: MachineRecord): Promise<string> {
  const address = record.address ?? (await addressOf(place, record));
  const { sshConfig } = require('../ssh/config') as typeof import('../ssh/config');
  return sshConfig(await configured(place, record, await targetAt(place, record, address)));
}

/** The same as a file in the machine's folder, for programs that run ssh. */
export async function sshConfigFile(place: Workplace, record: MachineRecord): Promise<string> {
  const { randomBytes } = require('node:crypto') as typeof import('node:crypto');
  const file = join(place.store.folder(record.name), SSH_CONFIG);
  const text = await sshConfigOf(place, record);
  await writeWhole(file, text, { unfinished: `${file}.${randomBytes(4).toString('hex')}.tmp` });
  return file;
}

export async function shellIn(
  place: Workplace,
  record: MachineRecord,
  { command, ...options }: ShellOptions,
): Promise<number> {
  const host = await configured(place, record, await awakeTarget(place, record, options.signal));
  const { shell } = require('../ssh/interactive') as typeof import('../ssh/interactive');
  // As with ssh: the words are one line for the shell of the guest.
  return shell(host, { command: command?.join(' '), agent: place.env['SSH_AUTH_SOCK'], ...options });
}

/** With the file of the host key, which ssh itself reads. */
async function configured(place: Workplace, { name }: MachineRecord, target: SshTarget): Promise<ConfiguredHost> {
  const { writeKnownHosts } = require('../ssh/known-hosts') as typeof import('../ssh/known-hosts');
  return { name, target, knownHostsFile: await writeKnownHosts(place.store.folder(name), name, target) };
}

/** Runs work over a connection of its own. */
export async function connected<T>(
  place: Workplace,
  record: MachineRecord,
  signal: AbortSignal | undefined,
  work: (client: SshClient) => Promise<T>,
): Promise<T> {
  await using client = await connect(place, record, signal);
  return await work(client);
}

/** A tunnel over a connection of its own, that ends with it. */
export async function forwardTo(place: Workplace, record: MachineRecord, options: ForwardOptions): Promise<Tunnel> {
  const client = await connect(place, record, options.signal);
  try {
    const { forward } = require('../ssh/forward') as typeof import('../ssh/forward');
    const tunnel = await forward(client, options);
    void tunnel.closed.then(() => client.end());
    return tunnel;
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function connect(place: Workplace, record: MachineRecord, signal: AbortSignal | undefined): Promise<SshClient> {
  const target = await awakeTarget(place, record, signal);
  const { SshClient } = require('../ssh/client') as typeof import('../ssh/client');
  return SshClient.connect(target, { signal, agent: place.env['SSH_AUTH_SOCK'] });
}

export function execIn(
  place: Workplace,
  record: MachineRecord,
  [command, args]: readonly [string, readonly string[]],
  { signal, input, stdout, stderr }: ExecOptions,
): Promise<ExecResult> {
  return connected(place, record, signal, async (client) => {
    const { exec } = require('../ssh/exec') as typeof import('../ssh/exec');
    const result = await exec(client, command, args, { signal, stdin: input, stdout, stderr });
    return { ...result, stdout: result.stdout.toString(), stderr: result.stderr.toString() };
  });
}

export async function consoleOf(place: Workplace, record: MachineRecord): Promise<Duplex> {
  const driver = await place.drivers.of(record);
  if (!driver.console) throw cannot(record, 'open its console');
  await requireRunning(place, record);
  return driver.console(machineOf(place.store, record));
}

export async function logsOf(
  place: Workplace,
  record: MachineRecord,
  { follow = false, signal = new AbortController().signal }: { follow?: boolean; signal?: AbortSignal },
): Promise<Readable> {
  const driver = await place.drivers.of(record);
  if (!driver.logs) throw cannot(record, 'show what its console printed');
  const machine = machineOf(place.store, record);
  if (!follow) return driver.logs(machine, { follow, signal });
  const { whenGone } = require('./gone') as typeof import('./gone');
  const gone = whenGone(place, record);
  try {
    const stream = await driver.logs(machine, { follow, signal: AbortSignal.any([signal, gone.signal]) });
    return stream.once('close', () => {
      gone.close();
    });
  } catch (error) {
    gone.close();
    throw error;
  }
}
