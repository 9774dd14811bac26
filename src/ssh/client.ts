import type { Socket } from 'node:net';

import type { AnyAuthMethod, AuthHandlerMiddleware, Client, ClientChannel, ServerHostKeyAlgorithm } from 'ssh2';

import type { HvError } from '../errors';
import { aborted, brokeOff, lost, notLetIn, placeOf, type Stage, timedOut, wrongHostKey } from './failure';
import { type Identity, identityOf } from './identity';
import { ssh2 } from './library';
import { fingerprint, keyOf, parsePublicKey, type PublicKey } from './public-key';
import { Sessions } from './sessions';
import { sendSignal } from './signal';
import { openSocket, softwareAt } from './socket';
import type { SshTarget } from './target';

export interface ConnectOptions {
  signal?: AbortSignal | undefined;
  /** From the first packet to the login; 15 s unless told. */
  timeoutMs?: number;
  /** How often the other side must show that it lives; after three silences the connection is lost. 10 s unless told. */
  keepaliveMs?: number;
  /** How long the server may take to open a session: for a command, a copy. 30 s unless told. */
  sessionMs?: number;
  /** The socket of the agent that holds an encrypted key: `SSH_AUTH_SOCK` unless told. */
  agent?: string | undefined;
}

const TIMEOUT = 15_000;
const SESSION = 30_000;
const KEEPALIVE = 10_000;
const SILENCES = 3;
/** For what is still to be sent when a connection is ended. */
const FAREWELL = 1_000;

/** One connection to a machine's ssh server, for any number of commands, copies and tunnels. */
export class SshClient implements AsyncDisposable {
  readonly target: SshTarget;
  /** Resolves when the connection is over: with the error that ended it, or with nothing after `end()`. */
  readonly closed: Promise<HvError | undefined>;
  /** ssh2's own. @internal */
  readonly connection: Client;
  /** @internal */
  readonly sessions: Sessions;
  /** Commands that run. A server leaves them running when a connection ends. @internal */
  readonly running = new Set<ClientChannel>();
  readonly #socket: Socket;
  readonly #software: string;
  #ended = false;
  #failure: HvError | undefined;

  /** The host key is verified before anything is sent that the other side could use. */
  static async connect(target: SshTarget, options: ConnectOptions = {}): Promise<SshClient> {
    const { timeoutMs = TIMEOUT } = options;
    const started = performance.now();
    const identity = identityOf(target.user, target.identityFile, agentSocket(options));
    const opened = openSocket(target, { timeoutMs, signal: options.signal });
    // While the packets are on their way.
    setImmediate(ssh2);
    const [known, socket] = await Promise.allSettled([identity, opened]);
    if (known.status === 'rejected') {
      if (socket.status === 'fulfilled') socket.value.destroy();
      throw known.reason;
    }
    if (socket.status === 'rejected') throw socket.reason;
    const left = timeoutMs - (performance.now() - started);
    return await SshClient.over(socket.value, known.value, target, { ...options, timeoutMs: Math.max(left, 1) });
  }

  /** Over a socket whose other side has said hello. @internal */
  static async over(
    socket: Socket,
    identity: Identity,
    target: SshTarget,
    options: ConnectOptions,
  ): Promise<SshClient> {
    const { timeoutMs = TIMEOUT, keepaliveMs = KEEPALIVE, signal } = options;
    const software = softwareAt(socket);
    const { Client } = ssh2();
    const connection = new Client();
    const expected = parsePublicKey(target.hostKey);
    let stage: Stage = 'handshake';
    let mismatch: HvError | undefined;
    let failure: Error | undefined;

    // For as long as it lives: what is emitted without a listener ends the process. Whoever waits is told by 'close'.
    connection.on('error', (error) => {
      failure ??= error;
    });
    await new Promise<void>((resolve, reject) => {
      const fail = (error: HvError): void => {
        done();
        reject(error);
        socket.destroy();
      };
      const onAbort = (): void => {
        if (signal) fail(aborted('Connecting by ssh', signal));
      };
      const timer = setTimeout(() => {
        fail(timedOut(target, stage, timeoutMs));
      }, timeoutMs);
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        connection.off('ready', onReady).off('close', onClose);
      };
      const onReady = (): void => {
        done();
        resolve();
      };
      const onClose = (): void => {
        if (mismatch) fail(mismatch);
        else if (levelOf(failure) === 'client-authentication') fail(notLetIn(target, identity.described));
        else fail(brokeOff(target, stage, failure));
      };

      if (signal?.aborted) {
        onAbort();
        return;
      }
      if (socket.destroyed) {
        fail(brokeOff(target, stage, socket.errored ?? undefined));
        return;
      }
      signal?.addEventListener('abort', onAbort);
      connection.once('handshake', () => {
        stage = 'login';
      });
      connection.on('ready', onReady).on('close', onClose);
      connection.connect({
        sock: socket,
        username: target.user,
        authHandler: eachOnce(identity),
        hostVerifier: (blob: Buffer) => {
          if (blob.equals(expected.blob)) return true;
          mismatch = wrongHostKey(target, describe(expected), describe(keyOf(blob)));
          return false;
        },
        algorithms: { serverHostKey: hostKeyAlgorithms([expected.type]) },
        readyTimeout: 0,
        keepaliveInterval: keepaliveMs,
        keepaliveCountMax: SILENCES,
      });
    });
    return new SshClient(target, connection, socket, {
      failure: () => failure,
      sessionMs: options.sessionMs ?? SESSION,
      software,
    });
  }

  private constructor(
    target: SshTarget,
    connection: Client,
    socket: Socket,
    { failure, sessionMs, software }: { failure: () => Error | undefined; sessionMs: number; software: string },
  ) {
    this.target = target;
    this.connection = connection;
    this.#socket = socket;
    this.#software = software;
    this.sessions = new Sessions(sessionMs, () => this.#giveUp(timedOut(target, 'session', sessionMs)));
    this.closed = new Promise((resolve) => {
      connection.once('close', () => {
        if (!this.#ended) this.#failure ??= lost(target, failure());
        resolve(this.#failure);
      });
    });
  }

  /**
   * Its sessions are closed before it has looked at the command, at times; what it runs it says so of at once. Of other servers
   * that say nothing nobody knows whether they run the command. @internal
   */
  get isDropbear(): boolean {
    return this.#software.startsWith('dropbear');
  }

  /** Whether end() was called: what commands say from then on is no outcome of theirs. @internal */
  get ended(): boolean {
    return this.#ended;
  }

  /** What ended the connection, if something has. @internal */
  get failure(): HvError | undefined {
    if (this.#failure) return this.#failure;
    return this.#socket.destroyed || this.#ended ? lost(this.target, undefined) : undefined;
  }

  /** It lives and does nothing: later it might still do what was asked for, which nobody would expect then. */
  #giveUp(error: HvError): HvError {
    this.#failure ??= error;
    this.#socket.destroy();
    return error;
  }

  /** Says goodbye. Commands that still run on it are told to end (SIGTERM), and fail with ERR_SSH_LOST. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const channel of this.running) sendSignal(channel, 'TERM');
    this.connection.end();
    const timer = setTimeout(() => this.#socket.destroy(), FAREWELL);
    await this.closed;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  toString(): string {
    return `${this.target.user}@${placeOf(this.target)}`;
  }
}

/** @internal */
export function agentSocket(options: ConnectOptions): string | undefined {
  return 'agent' in options ? options.agent : process.env['SSH_AUTH_SOCK'];
}

/** These ways in and no others: what ssh2 would try by itself first counts as a failed login. */
function eachOnce({ methods }: Identity): AuthHandlerMiddleware {
  const left = [...methods];
  return (_left, _partial, next) => {
    // ssh2 takes `false` for "no more", which its types do not know.
    (next as (method: AnyAuthMethod | false) => void)(left.shift()?.() ?? false);
  };
}

const HOST_KEYS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** Those of known keys first, so that a server with several shows one of them; the others, so that an impostor's is named. @internal */
export function hostKeyAlgorithms(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const isOf = (algorithm: string): boolean =>
    types.includes(algorithm) || (types.includes('ssh-rsa') && algorithm.startsWith('rsa-'));
  return [...HOST_KEYS.filter(isOf), ...HOST_KEYS.filter((algorithm) => !isOf(algorithm))];
}

function describe(key: PublicKey): string {
  return `${fingerprint(key)} (${key.type})`;
}

function levelOf(error: Error | undefined): string | undefined {
  return (error as (Error & { level?: string }) | undefined)?.level;
}
