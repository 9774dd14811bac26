import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { HvError } from '../../errors';
import { Decoder } from './gob/decoder';
import { Encoder } from './gob/encoder';
import { garbage } from './gob/garbage';
import type { GobStruct, GobType, GobValue } from './gob/value';

/** What a call without arguments sends: an empty struct. */
export const NOTHING: GobType = { struct: '', fields: [] };

const REQUEST: GobType = {
  struct: 'Request',
  fields: [
    ['ServiceMethod', 'string'],
    ['Seq', 'uint'],
  ],
};

/** Go's net/rpc has its connections begin as those of an HTTP proxy do. */
const HELLO = 'CONNECT /_goRPC_ HTTP/1.0\n\n';
const ANSWER = /^HTTP\/1\.[01] 200 Connected to Go RPC\r?\n/;
const LONGEST_ANSWER = 4096;

export interface CallOptions {
  /** What is sent: an empty struct unless told. */
  type?: GobType;
  value?: GobValue;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

interface Pending {
  resolve(value: GobValue): void;
  reject(error: unknown): void;
}

/** One connection to a server of Go's net/rpc: any number of calls, also at the same time. */
export class RpcClient {
  /** Resolves when nothing more can be called, with why. */
  readonly closed: Promise<HvError>;
  readonly #socket: Socket;
  readonly #encoder = new Encoder();
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #failure: HvError | undefined;

  static async connect(
    address: { host: string; port: number },
    { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal | undefined },
  ): Promise<RpcClient> {
    const late = AbortSignal.timeout(timeoutMs);
    const ended = signal ? AbortSignal.any([signal, late]) : late;
    const socket = connect({ ...address, noDelay: true });
    // For as long as it lives: what is emitted while nobody listens ends the process. Whoever waits is told otherwise.
    socket.on('error', () => undefined);
    const end = (): void => {
      socket.destroy(ended.reason as Error);
    };
    ended.addEventListener('abort', end);
    try {
      await once(socket, 'connect', { signal: ended });
      socket.write(HELLO);
      const rest = await greeting(socket);
      if (rest.length > 0) socket.unshift(rest);
      return new RpcClient(socket);
    } catch (error) {
      socket.destroy();
      signal?.throwIfAborted();
      if (late.aborted) throw timedOut('its greeting', timeoutMs);
      throw HvError.is(error) ? error : lost((error as Error).message, error);
    } finally {
      ended.removeEventListener('abort', end);
    }
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = this.#read();
    // Who has nothing to wait for is not kept from ending by it.
    socket.unref();
  }

  async call(method: string, { type = NOTHING, value = {}, timeoutMs, signal }: CallOptions): Promise<GobValue> {
    signal?.throwIfAborted();
    if (this.#failure) throw this.#failure;
    const seq = (this.#last += 1);
    const listeners = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<GobValue>((resolve, reject) => {
        this.#pending.set(seq, { resolve, reject });
        timer = setTimeout(() => {
          reject(timedOut(method, timeoutMs));
        }, timeoutMs);
        const onAbort = (): void => {
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', onAbort, { signal: listeners.signal });
        const header = { ServiceMethod: method, Seq: seq };
        const request = this.#encoder.encode([REQUEST, header], [type, value]);
        this.#socket.ref();
        this.#socket.write(request);
      });
    } finally {
      clearTimeout(timer);
      listeners.abort();
      this.#pending.delete(seq);
      if (this.#pending.size === 0) this.#socket.unref();
    }
  }

  get isClosed(): boolean {
    return this.#failure !== undefined || this.#socket.destroyed;
  }

  /** What is under way fails, with this if there is a reason. */
  close(why?: HvError): void {
    this.#failure ??= why;
    this.#socket.destroy();
  }

  /** Answers come in any order; one that nobody waits for any more is dropped. */
  async #read(): Promise<HvError> {
    let why: HvError;
    try {
      const decoder = new Decoder(this.#socket);
      for (;;) {
        const header = await decoder.next();
        if (header === undefined) break;
        const { Seq = 0, Error: failure = '' } = structIn(header);
        const body = await decoder.next();
        if (body === undefined) throw garbage('an answer without a body');
        const pending = this.#pending.get(Number(Seq));
        if (typeof failure !== 'string') throw garbage('an answer whose error is no text');
        if (failure === '') pending?.resolve(body);
        else pending?.reject(new HvError({ code: 'ERR_PLUGIN_FAILED', message: failure.trim() }));
      }
      why = lost('it hung up');
    } catch (error) {
      why = HvError.is(error) ? error : lost((error as Error).message, error);
    }
    this.#failure ??= why;
    this.#socket.destroy();
    for (const pending of this.#pending.values()) pending.reject(this.#failure);
    return this.#failure;
  }
}

/** What comes behind the answer to the hello. */
async function greeting(socket: Socket): Promise<Buffer> {
  let said = Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) {
      if (socket.readableEnded || socket.destroyed) throw socket.errored ?? lost('it hung up');
      await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
      continue;
    }
    said = Buffer.concat([said, chunk]);
    const end = /\r?\n\r?\n/.exec(said.toString('latin1'));
    if (end) {
      if (ANSWER.test(said.toString('latin1'))) return said.subarray(end.index + end[0].length);
      throw garbage(`${JSON.stringify(said.toString('latin1').slice(0, 80))} in place of a greeting`);
    }
    if (said.length > LONGEST_ANSWER) throw garbage('a greeting without an end');
  }
}

function structIn(value: GobValue): GobStruct {
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null) return value as GobStruct;
  throw garbage('an answer without a head');
}

function timedOut(what: string, milliseconds: number): HvError {
  return new HvError({
    code: 'ERR_PLUGIN_TIMEOUT',
    message: `${what} did not come to an end within ${(milliseconds / 1000).toFixed(1)} s`,
  });
}

function lost(why: string, cause?: unknown): HvError {
  return new HvError({ code: 'ERR_PLUGIN_LOST', message: `the connection to it was lost: ${why}`, cause });
}
