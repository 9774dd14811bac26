import type { Readable, Writable } from 'node:stream';

import type { ClientChannel } from 'ssh2';

import { HvError } from '../errors';
import type { SshClient } from './client';
import { statusOfSignal } from './exit-status';
import { aborted, lost } from './failure';
import { Input } from './input';
import { Output } from './output';
import { checkLine, commandLine } from './quote';
import { sendSignal } from './signal';

export interface ExecOptions {
  signal?: AbortSignal | undefined;
  /** Ends the command with ERR_SSH_EXEC_TIMEOUT. No limit unless told. */
  timeoutMs?: number | undefined;
  /** What the command reads; without it, nothing. */
  stdin?: string | Uint8Array | Readable | undefined;
  /** Where its output goes as it comes; without it, it is in the result. The stream is not ended. */
  stdout?: Writable | undefined;
  stderr?: Writable | undefined;
  /** Of each output that goes into the result, 64 MiB unless told: a command that writes more is ended, with ERR_SSH_OUTPUT. */
  maxBytes?: number | undefined;
  /** As far as the server takes them: sshd's AcceptEnv names which. */
  env?: Readonly<Record<string, string>> | undefined;
  /** A terminal for the command: both outputs are one then. */
  pty?: boolean | { columns: number; rows: number; term?: string } | undefined;
}

export interface ExecResult {
  /** The command's own; 128 and the number of the signal that ended it; 127 where there is no such command. */
  status: number;
  /** `SIGTERM`. */
  signal?: string;
  stdout: Buffer;
  stderr: Buffer;
}

const MOST = 64 * 1024 * 1024;
/** How long a command that is to end may take for it, before it is killed. */
const GRACE = 2_000;

/** Runs a program with exactly these arguments. What it exits with is a result, not an error. */
export async function exec(
  client: SshClient,
  command: string,
  args: readonly string[] = [],
  options: ExecOptions = {},
): Promise<ExecResult> {
  return await run(client, commandLine(command, args), options);
}

/** Gives a line to the user's shell in the machine. */
export async function run(client: SshClient, line: string, options: ExecOptions = {}): Promise<ExecResult> {
  const { signal, maxBytes = MOST } = options;
  checkLine(line);
  const streams: Streams = {
    input: new Input(options.stdin),
    outputs: [new Output(options.stdout, maxBytes), new Output(options.stderr, maxBytes)],
  };
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      onAbort = (): void => {
        if (signal) reject(aborted('The command', signal));
      };
      signal?.addEventListener('abort', onAbort);
      // Until there is a command to end, whoever aborts need not wait for the server's answer.
      const started = (): void => {
        if (onAbort) signal?.removeEventListener('abort', onAbort);
      };
      client.sessions
        .open((over) => start(client, line, options, streams, { started, over }), { repeatable: client.isDropbear })
        .then(({ ended }) => {
          resolve(ended);
        }, reject);
    });
  } finally {
    if (onAbort) signal?.removeEventListener('abort', onAbort);
    streams.input.stop();
    for (const output of streams.outputs) output.stop();
  }
}

interface Streams {
  input: Input;
  outputs: readonly [Output, Output];
}

/** Resolves when the server has taken the command: not with its end, for a session that is refused is tried again. */
function start(
  client: SshClient,
  line: string,
  options: ExecOptions,
  streams: Streams,
  { started, over }: { started: () => void; over: () => void },
): Promise<{ ended: Promise<ExecResult> }> {
  const { signal, env, pty } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw aborted('The command', signal);
    const refused = (error: Error): void => {
      reject(client.failure ?? noSession(error));
    };
    try {
      const how = {
        ...(env && { env: { ...env } }),
        ...(pty !== undefined && pty !== false && { pty: terminal(pty) }),
      };
      client.connection.exec(line, how, (error, channel) => {
        if (error) {
          refused(error);
          return;
        }
        started();
        client.running.add(channel);
        channel.once('close', () => {
          client.running.delete(channel);
          over();
        });
        // At once: the end of a short command may stand in the same packet.
        resolve({ ended: outcome(client, channel, options, streams) });
      });
    } catch (error) {
      refused(error as Error);
    }
  });
}

function terminal(pty: true | { columns: number; rows: number; term?: string }): {
  cols: number;
  rows: number;
  term: string;
} {
  const { columns, rows, term } = pty === true ? { columns: 80, rows: 24 } : pty;
  return { cols: columns, rows, term: term ?? 'xterm-256color' };
}

function outcome(
  client: SshClient,
  channel: ClientChannel,
  { signal, timeoutMs }: ExecOptions,
  { input, outputs }: Streams,
): Promise<ExecResult> {
  let stopped: HvError | undefined;
  let exit: { status: number; signal?: string } | undefined;
  const timers: NodeJS.Timeout[] = [];

  return new Promise<ExecResult>((resolve, reject) => {
    /** The command is to end: asked to first, and then it is killed and no longer waited for. */
    const stop = (error: HvError): void => {
      if (stopped) return;
      stopped = error;
      input.stop();
      for (const output of outputs) output.stop();
      sendSignal(channel, 'TERM');
      const kill = (): void => {
        sendSignal(channel, 'KILL');
        channel.close();
        reject(error);
      };
      timers.push(setTimeout(kill, GRACE));
    };
    const onAbort = (): void => {
      if (signal) stop(aborted('The command', signal));
    };

    channel.on('exit', (code: number | null, name?: string) => {
      exit = code === null ? { status: statusOfSignal(name ?? ''), signal: name ?? '' } : { status: code };
    });
    const done = Promise.all([outputs[0].start(channel, stop), outputs[1].start(channel.stderr, stop)]);
    channel.on('close', () => {
      timers.forEach(clearTimeout);
      signal?.removeEventListener('abort', onAbort);
      input.stop();
      void done.then(() => {
        if (stopped) reject(stopped);
        else if (exit && !client.ended) resolve({ ...exit, stdout: outputs[0].bytes, stderr: outputs[1].bytes });
        else reject(client.failure ?? lost(client.target, undefined));
      });
    });
    input.start(channel, stop);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    if (timeoutMs !== undefined) {
      const end = (): void => {
        stop(tooLong(timeoutMs));
      };
      timers.push(setTimeout(end, timeoutMs));
    }
  });
}

function tooLong(milliseconds: number): HvError {
  return new HvError({
    code: 'ERR_SSH_EXEC_TIMEOUT',
    message: `The command ran longer than ${milliseconds / 1000} s, and was ended`,
    hint: 'Give it more time, or none: timeoutMs.',
  });
}

/** With the server's reason, if it opened no session: Sessions asks for it. @internal */
export function noSession(cause: Error & { reason?: unknown }): HvError {
  const error = new HvError({
    code: 'ERR_SSH_EXEC',
    message: `The machine's ssh server runs no command: ${cause.message}`,
    hint: 'sshd allows ten sessions on one connection (MaxSessions), and may force a command of its own.',
    cause,
  });
  return cause.reason === undefined ? error : Object.assign(error, { reason: cause.reason });
}
