import type { Readable, Writable } from 'node:stream';

import type { ClientChannel } from 'ssh2';

import type { SshClient } from './client';
import { aborted, lost } from './failure';
import { noSession } from './exec';
import { statusOfSignal } from './exit-status';
import { checkLine } from './quote';
import { sendSignal } from './signal';

/** What the user types on and reads from. */
export interface Terminal {
  stdin: Readable & { isTTY?: boolean; setRawMode?(on: boolean): unknown };
  stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
  stderr: Writable;
}

/**
 * The user's shell, or a command, with the caller's streams. Where they are a terminal it gets one of the same size, that
 * follows when the size changes; every key goes to it. The caller's terminal is as it was when this ends, however it ends.
 */
export async function runInTerminal(
  client: SshClient,
  {
    command,
    terminal = process,
    signal,
  }: { command?: string | undefined; terminal?: Terminal | undefined; signal?: AbortSignal | undefined },
): Promise<number> {
  if (command !== undefined) checkLine(command);
  const isTerminal = terminal.stdin.isTTY === true && terminal.stdout.isTTY === true;
  const { ended } = await client.sessions.open((over) =>
    open(client, command, isTerminal ? windowOf(terminal) : undefined, (channel) => {
      client.running.add(channel);
      channel.once('close', () => {
        client.running.delete(channel);
        over();
      });
      return { ended: attached(client, channel, terminal, { isTerminal, signal }) };
    }),
  );
  return await ended;
}

interface Window {
  rows: number;
  cols: number;
  term: string;
}

function windowOf({ stdout: { rows = 24, columns = 80 } }: Terminal): Window {
  return { rows, cols: columns, term: process.env['TERM'] ?? 'xterm-256color' };
}

function open<T>(
  client: SshClient,
  command: string | undefined,
  pty: Window | undefined,
  attach: (channel: ClientChannel) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const refused = (error: Error): void => {
      reject(client.failure ?? noSession(error));
    };
    const onChannel = (error: Error | undefined, channel: ClientChannel): void => {
      if (error) refused(error);
      // At once: the end of a short command may stand in the same packet.
      else resolve(attach(channel));
    };
    try {
      if (command !== undefined) client.connection.exec(command, pty ? { pty } : {}, onChannel);
      else client.connection.shell(pty ?? false, onChannel);
    } catch (error) {
      refused(error as Error);
    }
  });
}

function attached(
  client: SshClient,
  channel: ClientChannel,
  { stdin, stdout, stderr }: Terminal,
  { isTerminal, signal }: { isTerminal: boolean; signal: AbortSignal | undefined },
): Promise<number> {
  const onResize = (): void => {
    channel.setWindow(stdout.rows ?? 24, stdout.columns ?? 80, 0, 0);
  };
  let status: number | undefined;
  return new Promise<number>((resolve, reject) => {
    const onAbort = (): void => {
      sendSignal(channel, 'TERM');
      channel.close();
      if (signal) reject(aborted('The session', signal));
    };
    channel.on('exit', (code: number | null, name?: string) => {
      status = code ?? statusOfSignal(name ?? '');
    });
    channel.on('close', () => {
      if (status !== undefined && !client.ended) resolve(status);
      else reject(client.failure ?? lost(client.target, undefined));
    });
    // The caller's streams stay the caller's: neither is ended, and whoever reads no more is no failure of the session.
    channel.pipe(stdout, { end: false });
    channel.stderr.pipe(stderr, { end: false });
    stdin.pipe(channel);
    if (isTerminal) {
      stdin.setRawMode?.(true);
      stdout.on('resize', onResize);
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    channel.once('close', () => signal?.removeEventListener('abort', onAbort));
    if (signal?.aborted) onAbort();
  }).finally(() => {
    stdin.unpipe(channel);
    // What waits to be read would keep the process, and belongs to whoever reads next.
    stdin.pause();
    stdout.off('resize', onResize);
    if (isTerminal) stdin.setRawMode?.(false);
  });
}
