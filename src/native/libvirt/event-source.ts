import { HvError } from '../../errors';
import { native, type NativeEvent, type NativeEventSource } from './binding';
import type { Handle } from './binding-types';
import { call, callSync } from './object';
import type { PendingCalls } from './pending-calls';

/** One kind of event of one connection, or of one of its objects. */
export interface EventTarget {
  connection: Handle<'Connection'>;
  /** The calls of it that wait, of which a registration is one. */
  pending: PendingCalls | undefined;
  family: string;
  id: number;
  object: Handle<string> | null;
}

export interface EventOptions {
  /**
   * How many events may wait for a slow reader, 1024 unless told. When more come the oldest are dropped and counted in
   * `dropped`; whoever sees that count rise should read the state anew.
   */
  capacity?: number;
  signal?: AbortSignal;
}

const CAPACITY = 1024;
/** So many are taken from the addon at once; a listener that is called for all of them must let other work in between. */
const BATCH = 64;

/** What both faces of a subscription share: the native source, its end, and what was dropped. */
abstract class Source<T> {
  /** Resolves when libvirt has the registration: an event that happens from then on is not missed. */
  readonly ready: Promise<void>;
  /** Events lost because they were not taken in time. */
  dropped = 0;

  protected readonly source: NativeEventSource;
  protected ended = false;
  readonly #convert: (event: NativeEvent) => T;
  readonly #options: EventOptions;
  readonly #onEnd: (source: Source<T>) => void;
  #stopped: Promise<void> | undefined;

  constructor(
    target: EventTarget,
    convert: (event: NativeEvent) => T,
    options: EventOptions,
    onEnd: (source: Source<T>) => void,
  ) {
    this.#convert = convert;
    this.#options = options;
    this.#onEnd = onEnd;
    this.source = callSync(
      () =>
        new (native().EventSource)(options.capacity ?? CAPACITY, () => {
          this.wake();
        }),
    );
    const started = call(() => this.source.start(target.connection, target.family, target.id, target.object));
    this.ready = target.pending?.answerTo(started) ?? started;
    // Whoever does not await `ready` is told by the next event that is asked for, or by the listener's own promise.
    this.ready.catch((error: unknown) => {
      this.fail(error);
    });
    // Not at once: the subclass is not made yet.
    if (options.signal?.aborted) queueMicrotask(this.#abort);
    else options.signal?.addEventListener('abort', this.#abort);
  }

  /** Takes the registration back. Nothing is delivered any more; what has not been read is dropped. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Ends with an error: the connection is gone, or the registration was refused. @internal */
  abstract fail(error: unknown): void;
  protected abstract wake(): void;

  /**
   * The end after an error. That error has been reported; that libvirt cannot take back a registration of a lost connection
   * is no news, and the registration goes with the connection. @internal
   */
  stopAfterFailure(): void {
    this.#stopped ??= this.#stop().catch(() => undefined);
  }

  protected take(most: number): T[] {
    const { events, dropped } = this.source.take(most);
    this.dropped += dropped;
    return events.map(this.#convert);
  }

  async #stop(): Promise<void> {
    this.ended = true;
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#onEnd(this);
    await call(() => this.source.stop());
  }

  readonly #abort = (): void => {
    this.fail(aborted(this.#options.signal?.reason));
  };
}

/** @internal */
export function aborted(reason: unknown): HvError {
  return new HvError({ code: 'ABORT_ERR', message: 'The subscription was aborted', cause: reason });
}

/** Any source, for the connection that must end it. @internal */
export type AnySource = Pick<Source<never>, 'stop' | 'fail'> & { readonly endsFirst?: boolean };

/**
 * Events to be read one after the other: `for await (const event of stream)`. Leaving the loop in any way takes the
 * registration back. The process stays alive while a read is waiting, and only then.
 */
export class EventStream<T> extends Source<T> implements AsyncIterableIterator<T> {
  #taken: T[] = [];
  #waiting: { resolve: (result: IteratorResult<T>) => void; reject: (error: unknown) => void }[] = [];
  #error: { error: Error } | undefined;

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T>> {
    // Behind reads that wait already, or it would take what is theirs.
    const event = this.#waiting.length === 0 ? this.#shift() : undefined;
    if (event) return Promise.resolve({ done: false, value: event.value });
    if (this.#error) {
      const { error } = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.source.hold(true);
    });
  }

  async return(): Promise<IteratorResult<T>> {
    await this.stop();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  override stop(): Promise<void> {
    const stopped = super.stop();
    this.#taken = [];
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
    return stopped;
  }

  override fail(error: unknown): void {
    if (this.ended) return;
    const [first, ...others] = this.#waiting.splice(0);
    if (first) first.reject(error);
    else this.#error = { error: error as Error };
    for (const { resolve } of others) resolve({ done: true, value: undefined });
    this.stopAfterFailure();
  }

  protected override wake(): void {
    while (this.#waiting.length > 0) {
      const event = this.#shift();
      if (!event) return;
      this.#waiting.shift()?.resolve({ done: false, value: event.value });
    }
    this.source.hold(false);
  }

  #shift(): { value: T } | undefined {
    if (this.#taken.length === 0 && !this.ended) this.#taken = this.take(BATCH);
    // Events may be any value, so "none" must be told apart from them.
    return this.#taken.length > 0 ? { value: this.#taken.shift() as T } : undefined;
  }
}

/** A listener and its registration. It keeps the process alive until stopped or unref'd. */
export class Subscription<T> extends Source<T> {
  readonly #listener: (event: T) => void;
  readonly #onError: ((error: unknown) => void) | undefined;
  #registered = false;
  #early: { error: unknown } | undefined;

  constructor(
    target: EventTarget,
    convert: (event: NativeEvent) => T,
    options: EventOptions & { onError?: (error: unknown) => void },
    onEnd: (source: Source<T>) => void,
    listener: (event: T) => void,
  ) {
    super(target, convert, options, onEnd);
    this.#listener = listener;
    this.#onError = options.onError;
    this.source.hold(!this.ended);
  }

  /** Resolves when libvirt has the registration; rejects with whatever ended it before that. @internal */
  async registered(): Promise<void> {
    await this.ready;
    if (this.#early) throw this.#early.error;
    this.#registered = true;
  }

  ref(): this {
    this.source.hold(!this.ended);
    return this;
  }

  /** Lets the process end although the listener is still there. */
  unref(): this {
    this.source.hold(false);
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * The connection was lost, or the signal aborted: `onError` is told, if there is one. Until it is registered, whoever
   * waits for that is told instead.
   */
  override fail(error: unknown): void {
    if (this.ended) return;
    this.stopAfterFailure();
    if (this.#registered) callListener(() => this.#onError?.(error));
    else this.#early = { error };
  }

  protected override wake(): void {
    if (this.ended) return;
    const events = this.take(BATCH);
    for (const event of events) this.#deliver(event);
    // Those left over wait for a turn of the event loop, so that a flood does not starve everything else.
    if (events.length === BATCH) {
      setImmediate(() => {
        this.wake();
      });
    }
  }

  #deliver(event: T): void {
    if (this.ended) return;
    callListener(() => {
      this.#listener(event);
    });
  }
}

/** As with an EventEmitter, what a listener throws is an uncaught exception; the others are called all the same. @internal */
export function callListener(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
