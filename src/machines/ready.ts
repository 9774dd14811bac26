import type { Address, Driver, DriverMachine } from '../drivers/driver';
import { HvError } from '../errors';
import { addressOf, otherAddress } from './address-wait';
import { endOf } from './end-of';
import { evidenceOf } from './evidence';
import { heeded, untilAborted } from './heed';
import type { SshClient } from '../ssh/client';
import { canLogIn, sshTarget } from './ssh-target';
import { Vigil } from './vigil';

export interface ReadyOptions {
  /** From now until it answers over ssh. */
  timeoutMs: number;
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
  /** It has never run before. */
  fresh: boolean;
  onStage(message: string): void;
  /** What is to be done in it first. */
  onLogin?(client: SshClient, signal: AbortSignal): Promise<void>;
}

/** Milliseconds that a hypervisor has to tell whether the address is taken by now. */
const PENDING = 5000;

/** Codes of src/ssh. */
const OF_SSH = /^ERR_SSH_[A-Z]/;

type Stage = 'start' | 'address' | 'lease' | 'ssh' | 'sshd';

const DID_NOT_COME: Readonly<Record<Stage, string>> = {
  start: 'the hypervisor did not start it',
  address: 'it got no address',
  lease: 'it got no DHCP lease',
  ssh: 'its ssh server did not let anybody in',
  sshd: 'no ssh server answers in it',
};

const HINTS: Readonly<Record<Stage, string>> = {
  start: 'hvkit doctor',
  address: 'Is there a DHCP server in its network? --network user works everywhere.',
  lease: 'Does the DHCP server of its network run? hvkit doctor looks. --network user works without one.',
  ssh: 'A slow host needs more time: HVKIT_TIMEOUT=900 (seconds).',
  sshd: 'Has the image an ssh server, and does that start by itself?',
};

/**
 * Starts a machine and waits until it answers over ssh. Ends at once when the machine dies, or its console says that it will
 * not come up; and at the deadline, with what was seen. Of an image that hvkit cannot log in to, it is enough that it runs.
 */
export async function startAndWait(
  driver: Driver,
  machine: () => DriverMachine,
  start: (signal: AbortSignal) => Promise<void>,
  options: ReadyOptions,
): Promise<Address | undefined> {
  const over = new AbortController();
  const late = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, late, over.signal]);
  let stage: Stage = 'start';
  let vigil: Vigil | undefined;
  let attempt: Error | undefined;
  const onAttempt = (error: Error): void => {
    attempt = error;
    vigil?.notMet(error);
  };
  try {
    // A hypervisor that hangs does not hear the signal.
    vigil = await untilAborted(Vigil.begin(driver, machine(), { signal, fresh: options.fresh }), signal);
    await heeded(start(signal), signal);
    await untilAborted(vigil.started(), signal);
    const ended = endOf(signal);
    if (!(await canLogIn(driver, machine()))) return await Promise.race([driver.address(machine()), vigil.lost, ended]);
    stage = 'address';
    options.onStage('waiting for an address');
    const { lost } = vigil;
    const onNone = vigil.notMet.bind(vigil);
    const address = await Promise.race([addressOf(driver, machine, { onNone, signal }), lost, ended]);
    stage = 'ssh';
    return await Promise.race([sshAnswers(driver, machine, address, { ...options, signal, onAttempt }), vigil.lost]);
  } catch (error) {
    options.signal.throwIfAborted();
    if (stage === 'start' && HvError.is(error) && OF_SSH.test(error.code)) {
      // There are drivers that start a machine and wait for its ssh server themselves.
      stage = 'ssh';
      attempt = error;
    }
    const last = attempt === undefined ? [] : [`the last attempt: ${attempt.message}`];
    const trouble = [...last, ...(vigil?.trouble ?? [])];
    const inVain = late.aborted ? ` within ${Math.round(options.timeoutMs / 1000)} s: ` : sayWhy(vigil?.inVain);
    if (inVain !== undefined && stage === 'ssh') {
      if (await isStillPending(driver, machine(), options.signal)) stage = 'lease';
      else if (!late.aborted) stage = 'sshd';
    }
    const seen = { stage, inVain, trouble, before: vigil?.before, fresh: options.fresh, signal: options.signal };
    // That nobody came says nothing of what was in the way.
    throw await explained(driver, machine(), inVain === undefined ? error : attempt, seen);
  } finally {
    over.abort();
  }
}

function sayWhy(inVain: string | undefined): string | undefined {
  return inVain === undefined ? undefined : `: ${inVain}, and `;
}

/** The address that is reserved is not always the one that the guest takes: then the new one is tried. */
async function sshAnswers(
  driver: Driver,
  machine: () => DriverMachine,
  first: Address,
  options: ReadyOptions & { onAttempt: (error: Error) => void },
): Promise<Address> {
  const { waitForSsh } = require('../ssh/wait') as typeof import('../ssh/wait');
  const { signal, onAttempt, env } = options;
  for (let address = first; ;) {
    const moved = new AbortController();
    const target = await sshTarget(driver, machine(), address);
    options.onStage(`waiting for ssh at ${target.host}:${target.port}`);
    const client = waitForSsh(target, {
      // The signal ends it.
      deadline: Infinity,
      onAttempt: ({ error }) => {
        onAttempt(error);
      },
      signal: AbortSignal.any([signal, moved.signal]),
      agent: env['SSH_AUTH_SOCK'],
    });
    const other = otherAddress(driver, machine, address, AbortSignal.any([signal, moved.signal]));
    try {
      const answer = await Promise.race([client, other]);
      if (!('host' in answer)) {
        await used(answer, async () => options.onLogin?.(answer, signal));
        return address;
      }
      address = answer;
    } finally {
      moved.abort();
      // The one that is still under way ends now, and has nothing to tell any more.
      client.then(
        (late) => late.end(),
        () => undefined,
      );
      other.catch(() => undefined);
    }
  }
}

async function used(client: SshClient, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await client.end();
  }
}

/** A reserved address is known before the guest asks for it: whether it did tells a network without DHCP from a late ssh server. */
async function isStillPending(driver: Driver, machine: DriverMachine, signal: AbortSignal): Promise<boolean> {
  try {
    const ended = endOf(AbortSignal.any([signal, AbortSignal.timeout(PENDING)]));
    return (await Promise.race([driver.address(machine), ended]))?.isPending === true;
  } catch {
    // The evidence says what is in the way of looking.
    return false;
  }
}

/** With what is known of the machine: when this is read, it may be gone already. */
async function explained(driver: Driver, machine: DriverMachine, error: unknown, seen: Seen): Promise<unknown> {
  const summary = summaryOf(machine, error, seen);
  if (summary === undefined) return error;
  const evidence = await evidenceOf(driver, machine, seen);
  return new HvError({
    ...summary,
    message: [summary.message, ...[...evidence, ...seen.trouble].map((line) => `  ${line}`)].join('\n'),
    cause: error,
  });
}

interface Seen {
  stage: Stage;
  /** Nobody answered, as the sentence goes on: in which time, or after what. */
  inVain: string | undefined;
  trouble: readonly string[];
  /** Of the console, what is not of this start. */
  before: number | undefined;
  /** It goes again with its failure, so that nobody can look at it afterwards. */
  fresh: boolean;
  /** Ends the looking. */
  signal: AbortSignal;
}

/** Undefined: it is the hypervisor's own failure, which says all there is to say. */
function summaryOf(
  { name }: DriverMachine,
  error: unknown,
  { stage, inVain, fresh }: Seen,
): { code: string; message: string; hint: string | undefined } | undefined {
  if (inVain !== undefined) {
    const message = `The machine "${name}" did not come up${inVain}${DID_NOT_COME[stage]}`;
    const inGuest = stage === 'sshd' && !fresh ? ` hvkit console ${name}, and there: systemctl status ssh` : '';
    return { code: 'ERR_NOT_READY', message, hint: `${HINTS[stage]}${inGuest}` };
  }
  if (!HvError.is(error)) return undefined;
  const { code, message, hint } = error;
  if (OF_SSH.test(code)) {
    return { code: 'ERR_NOT_READY', message: `The machine "${name}" did not come up: ${message}`, hint };
  }
  return code === 'ERR_MACHINE_DIED' || code === 'ERR_GUEST_FAILED' ? { code, message, hint } : undefined;
}
