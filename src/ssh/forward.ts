import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

import type { ClientChannel } from 'ssh2';

import { HvError } from '../errors';
import type { SshClient } from './client';
import { aborted } from './failure';

/** Where programs of this host find what is in the machine: a port of 127.0.0.1, or a socket that only this user may open. */
export type TunnelEntry = { port: number } | { path: string };
/** As the machine sees it; the host is the machine itself unless told. */
export type TunnelExit = { port: number; host?: string } | { path: string };

export interface ForwardOptions {
  /** Port 0, or nothing: any that is free. */
  from?: TunnelEntry | undefined;
  to: TunnelExit;
  signal?: AbortSignal | undefined;
  /** A connection that came to nothing: it is closed, and the tunnel stays. */
  onError?: ((error: HvError) => void) | undefined;
}

/** Connections to this host that come out in a machine, for as long as the ssh connection lasts. */
export class Tunnel implements AsyncDisposable {
  /** With the port that was free. */
  readonly from: TunnelEntry;
  /** Resolves when it takes no more connections: with what ended the ssh connection, or with nothing after `close()`. */
  readonly closed: Promise<HvError | undefined>;
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;
  #end: (error: HvError | undefined) => void = () => undefined;

  /** @internal */
  constructor(client: SshClient, server: Server, sockets: ReadonlySet<Socket>, from: TunnelEntry) {
    this.from = from;
    this.#server = server;
    this.#sockets = sockets;
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
    void client.closed.then((error) => this.#close(error));
  }

  /** Ends the connections through it as well. */
  async close(): Promise<void> {
    await this.#close(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(error: HvError | undefined): Promise<void> {
    if (this.#server.listening) {
      const gone = new Promise((resolve) => this.#server.once('close', resolve));
      this.#server.close();
      for (const socket of this.#sockets) socket.destroy();
      await gone;
    }
    this.#end(error);
  }
}

/** A tunnel from this host into the machine. */
export async function forward(client: SshClient, options: ForwardOptions): Promise<Tunnel> {
  const { from = { port: 0 }, to, signal, onError } = options;
  if (signal?.aborted) throw aborted('The tunnel', signal);
  if (client.failure) throw client.failure;
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    open(client, to).then(
      (channel) => {
        if (socket.destroyed) channel.close();
        else join(socket, channel);
      },
      (error: unknown) => {
        socket.resetAndDestroy();
        onError?.(error as HvError);
      },
    );
  });
  await listening(server, from);
  const address = server.address();
  const tunnel = new Tunnel(
    client,
    server,
    sockets,
    typeof address === 'object' && address ? { port: address.port } : from,
  );
  const onAbort = (): void => void tunnel.close();
  signal?.addEventListener('abort', onAbort);
  void tunnel.closed.then(() => signal?.removeEventListener('abort', onAbort));
  // While it began to listen, nobody heard it.
  if (signal?.aborted) {
    await tunnel.close();
    throw aborted('The tunnel', signal);
  }
  return tunnel;
}

async function listening(server: Server, from: TunnelEntry): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).once('listening', resolve);
      server.listen('path' in from ? { path: from.path } : { port: from.port, host: '127.0.0.1' });
    });
    if ('path' in from) await chmod(from.path, 0o600);
  } catch (error) {
    server.close();
    throw new HvError({
      code: 'ERR_SSH_FORWARD',
      message: `The tunnel cannot begin at ${placeOf(from)}: ${(error as Error).message}`,
      hint:
        'path' in from
          ? 'A socket that was left behind is in the way until it is deleted.'
          : 'Port 0 takes one that is free.',
      cause: error,
    });
  }
}

function open(client: SshClient, to: TunnelExit): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const refused = (cause: Error): void => {
      const error = new HvError({
        code: 'ERR_SSH_FORWARD',
        message: `The machine's ssh server does not connect to ${placeOf(to)}: ${cause.message}`,
        hint: 'Does something listen there, and does the server allow it (AllowTcpForwarding)?',
        cause,
      });
      reject(client.failure ?? error);
    };
    const onChannel = (error: Error | undefined, channel: ClientChannel): void => {
      if (error) refused(error);
      else resolve(channel);
    };
    try {
      if ('path' in to) client.connection.openssh_forwardOutStreamLocal(to.path, onChannel);
      else client.connection.forwardOut('127.0.0.1', 0, to.host ?? '127.0.0.1', to.port, onChannel);
    } catch (error) {
      refused(error as Error);
    }
  });
}

/** Each direction ends by itself: whoever has said all may still listen. */
function join(socket: Socket, channel: ClientChannel): void {
  const over = (error: Error | null | undefined): void => {
    if (!error) return;
    socket.destroy();
    channel.close();
  };
  pipeline(socket, channel, over);
  pipeline(channel, socket, over);
  channel.on('close', () => {
    socket.destroySoon();
  });
}

function placeOf(place: TunnelExit): string {
  return 'path' in place ? place.path : `${place.host ?? '127.0.0.1'}:${place.port}`;
}
