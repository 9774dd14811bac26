import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { SshClient } from '../../ssh/client';
import { exec } from '../../ssh/exec';
import type { SshTarget } from '../../ssh/target';
import type { DriverContext } from '../driver';
import type { GenericPlan } from './plan';
import { probe } from './probe';

const LOOK_MS = 1000;
/** Above are statuses of what a signal ended. */
const SIGNAL = 128;

/** Shuts the host down. It cannot be started from here. */
export async function shutDown(name: string, target: SshTarget, { env }: DriverContext): Promise<void> {
  await using client = await SshClient.connect(target, { agent: env['SSH_AUTH_SOCK'] });
  await ask(client, { name, how: '-P' });
}

/** Resolves when the host went down and answers again. */
export async function reboot(
  name: string,
  target: SshTarget,
  {
    plan,
    context,
    graceMs,
    signal,
  }: { plan: GenericPlan; context: DriverContext; graceMs: number; signal: AbortSignal },
): Promise<void> {
  await using client = await SshClient.connect(target, { agent: context.env['SSH_AUTH_SOCK'], signal });
  await ask(client, { name, how: '-r', signal });
  const over = new AbortController();
  const late = delay(graceMs, 'late', { signal: AbortSignal.any([signal, over.signal]) });
  try {
    // With its end the host ends the connection.
    if ((await Promise.race([client.closed, late])) === 'late') throw staysUp(name, graceMs);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
  for (;;) {
    const reading = await probe(plan, signal);
    if ('state' in reading && reading.state === 'Running') return;
    await delay(LOOK_MS, undefined, { signal });
  }
}

/** A host that goes down at once does not say that it will. */
async function ask(
  client: SshClient,
  { name, how, signal }: { name: string; how: '-P' | '-r'; signal?: AbortSignal },
): Promise<void> {
  const words = ['shutdown', how, 'now'];
  const [command = '', ...args] = client.target.user === 'root' ? words : ['sudo', '-n', ...words];
  try {
    const { status, stderr } = await exec(client, command, args, { signal });
    // By the signal that ends all that runs there.
    if (status === 0 || status > SIGNAL) return;
    throw new HvError({
      code: 'ERR_GENERIC_POWER',
      message: `${[command, ...args].join(' ')} on "${name}" ended with status ${status}: ${stderr.toString().trim()}`,
      ...(client.target.user !== 'root' && { hint: `The user ${client.target.user} needs sudo without a password.` }),
    });
  } catch (error) {
    if (!HvError.is(error) || error.code !== 'ERR_SSH_LOST') throw error;
  }
}

function staysUp(name: string, graceMs: number): HvError {
  return new HvError({
    code: 'ERR_GENERIC_POWER',
    message: `"${name}" was told to restart, and did not go down within ${Math.round(graceMs / 1000)} s`,
    hint: `hvkit ssh ${name} systemctl list-jobs`,
  });
}
