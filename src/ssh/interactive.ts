import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

import { HvError } from '../errors';
import { agentSocket, SshClient } from './client';
import { type ConfiguredHost, sshOptions } from './config';
import { CONNECTION_FAILED } from './exit-status';
import { runInTerminal, type Terminal } from './terminal';

export interface ShellOptions {
  /** One line for the user's shell in the machine, in place of that shell. */
  command?: string | undefined;
  /** What the system's ssh takes behind the host's name, options first: `-N -L 8080:localhost:80`. Nobody else can do that. */
  passed?: readonly string[] | undefined;
  /** Not by the system's ssh. */
  native?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** The socket of the agent that holds an encrypted key: `SSH_AUTH_SOCK` unless told. */
  agent?: string | undefined;
  /** The process' own, unless told; the system's ssh can use no other. */
  terminal?: Terminal | undefined;
}

/**
 * A shell in the caller's terminal, or a command with it; resolves with the status. A shell is the system's ssh, where there
 * is one: it has what people are used to (escapes such as ~. included). A command is run by hvkit itself, because ssh makes
 * 255 of every signal.
 */
export async function shell(host: ConfiguredHost, options: ShellOptions = {}): Promise<number> {
  if (options.passed) return (await systemSsh(host, [host.name, ...options.passed], options)) ?? noSsh();
  if (options.command === undefined && options.native !== true && options.terminal === undefined) {
    const status = await systemSsh(host, ['-t', host.name], options);
    if (status !== undefined) return status;
  }
  const { signal } = options;
  await using client = await SshClient.connect(host.target, { signal, agent: agentSocket(options) });
  return await runInTerminal(client, options);
}

/** Undefined: this system has no ssh. */
async function systemSsh(
  host: ConfiguredHost,
  words: readonly string[],
  options: ShellOptions,
): Promise<number | undefined> {
  const { signal } = options;
  const env = { ...process.env, SSH_AUTH_SOCK: agentSocket(options) };
  const child = spawn('ssh', [...sshOptions(host), ...words], { stdio: 'inherit', env });
  const pass = (name: NodeJS.Signals): void => {
    child.kill(name);
  };
  // From the keyboard ssh has it too, and decides what it means; it must not end this process under it.
  const ignore = (): void => undefined;
  const onAbort = (): void => {
    child.kill('SIGTERM');
  };
  process.on('SIGINT', ignore).on('SIGQUIT', ignore).on('SIGTERM', pass).on('SIGHUP', pass);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  try {
    return await statusOf(child);
  } finally {
    process.off('SIGINT', ignore).off('SIGQUIT', ignore).off('SIGTERM', pass).off('SIGHUP', pass);
    signal?.removeEventListener('abort', onAbort);
  }
}

function statusOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined);
      else if (child.pid === undefined) reject(notStarted(error));
    });
    child.on('close', (code, signal) => {
      if (signal) resolve(128 + constants.signals[signal]);
      else resolve(code ?? CONNECTION_FAILED);
    });
  });
}

function noSsh(): never {
  throw new HvError({
    code: 'ERR_SSH_EXEC',
    message: "There is no ssh here, whose options these are: hvkit's own client does not know them",
    hint: 'apt-get install openssh-client, or what it is called in this system',
  });
}

function notStarted(cause: Error): HvError {
  return new HvError({
    code: 'ERR_SSH_EXEC',
    message: `The system's ssh cannot be started: ${cause.message}`,
    hint: '--native-ssh does without it.',
    cause,
  });
}
