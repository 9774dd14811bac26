import { connect, type Socket } from 'node:net';

import { aborted, notReached, type Stage, timedOut } from './failure';
import type { Place } from './target';

/** `SSH-2.0-...`, a line with the name of the software in it; other lines may stand before it. */
const HELLO = /^SSH-[^-\n]*-?(\S*)[^\n]*\n/m;
/** A server that talks more than this before its hello is none. */
const MOST = 16 * 1024;

interface KnockOptions {
  /** For all of it; with `helloMs`, for the connection alone. */
  timeoutMs: number;
  /** From the connection to the hello. */
  helloMs?: number;
  signal?: AbortSignal | undefined;
  onConnect?: () => void;
}

/** A connection whose other side has said that it is an ssh server. What it said is still to be read. @internal */
export async function openSocket(target: Place, options: KnockOptions): Promise<Socket> {
  const { timeoutMs, helloMs, signal, onConnect } = options;
  if (signal?.aborted) throw aborted('Connecting by ssh', signal);
  const socket = connect({ host: target.host, port: target.port, noDelay: true });
  let stage: Stage = 'connect';
  let said = Buffer.alloc(0);
  const listeners = new AbortController();

  try {
    await new Promise<void>((resolve, reject) => {
      const within = (milliseconds: number): NodeJS.Timeout =>
        setTimeout(() => {
          reject(timedOut(target, stage, milliseconds));
        }, milliseconds);
      let timer = within(timeoutMs);
      const onAbort = (): void => {
        if (signal) reject(aborted('Connecting by ssh', signal));
      };
      const onError = (error: Error): void => {
        reject(notReached(target, error));
      };
      const onClose = (): void => {
        reject(notReached(target, undefined));
      };
      const onData = (bytes: Buffer): void => {
        said = Buffer.concat([said, bytes]);
        if (HELLO.test(said.toString('latin1'))) resolve();
        else if (said.length > MOST) reject(notReached(target, undefined));
      };
      socket.once('connect', () => {
        stage = 'banner';
        onConnect?.();
        if (helloMs !== undefined) {
          clearTimeout(timer);
          timer = within(helloMs);
        }
      });
      socket.on('error', onError).on('close', onClose).on('end', onClose).on('data', onData);
      signal?.addEventListener('abort', onAbort);
      listeners.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        socket.off('close', onClose).off('end', onClose).off('data', onData).off('error', onError);
        signal?.removeEventListener('abort', onAbort);
      });
    });
  } catch (error) {
    listeners.abort();
    socket.on('error', () => undefined).destroy();
    throw error;
  }
  listeners.abort();
  socket.pause();
  socket.unshift(said);
  return socket;
}

/** What the other side says that it is, such as `OpenSSH_9.2p1`: ssh2 keeps that to itself. It is still to be read. @internal */
export function softwareAt(socket: Socket): string {
  const said = socket.read() as Buffer | null;
  if (said === null) return '';
  socket.unshift(said);
  return HELLO.exec(said.toString('latin1'))?.[1] ?? '';
}
