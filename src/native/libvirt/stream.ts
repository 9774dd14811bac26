import { Duplex } from 'node:stream';

import { HvError } from '../../errors';
import { native, type NativeEventSource } from './binding';
import type { Handle } from './binding-types';
import type { Connection } from './connection';
import { StreamEventType } from './enums';
import { call, LibvirtObject } from './object';

/** libvirt asks for less than 256 KiB in one message. */
const CHUNK = 128 * 1024;
/** More than one event never waits: the native side is silent until it is armed again. */
const EVENTS = 4;
const TROUBLE = StreamEventType.ERROR | StreamEventType.HANGUP;

/** Which way the bytes go: from libvirt (a download), to it (an upload), or both (a console). */
export type Direction = 'read' | 'write' | 'both';

/** libvirt's side of a stream: it does not wait for data or room, and says when it is worth trying again. @internal */
export class StreamObject extends LibvirtObject<'Stream'> {
  /** Empty at the end, null when nothing has come yet. */
  receive(): Promise<Buffer | null> {
    return this.call('virStreamRecv', CHUNK);
  }

  /** How many bytes were taken. */
  send(bytes: Uint8Array): Promise<number> {
    return this.call('virStreamSend', bytes);
  }

  /** Ends in good order; fails if the other side did not get, or could not give, everything. */
  async finish(): Promise<void> {
    await this.call('virStreamFinish');
  }

  async abort(): Promise<void> {
    await this.call('virStreamAbort');
  }

  async wantEvents(events: number): Promise<void> {
    await this.call('virStreamEventUpdateCallback', events);
  }
}

/**
 * A libvirt stream as a Node.js stream: a console, a volume's upload or download, a screenshot. Reading asks libvirt for no
 * more than the reader takes, writing waits until libvirt has room. `destroy()` aborts it.
 */
export class LibvirtStream extends Duplex {
  readonly #object: StreamObject;
  readonly #connection: Connection;
  readonly #direction: Direction;
  readonly #source: NativeEventSource;
  #wanted = 0;
  #arming: Promise<void> = Promise.resolve();
  #waiting: { event: StreamEventType; wake: () => void }[] = [];
  #finished = false;

  /** Made by the methods that open one, such as Domain.openConsole. @internal */
  static async open(
    connection: Connection,
    direction: Direction,
    start: (handle: Handle<'Stream'>) => Promise<unknown>,
  ): Promise<LibvirtStream> {
    const object = new StreamObject(await connection.newStream());
    try {
      await start(object.handle);
    } catch (error) {
      object.free();
      throw error;
    }
    const stream = new LibvirtStream(object, connection, direction);
    await stream.#listen();
    return stream;
  }

  private constructor(object: StreamObject, connection: Connection, direction: Direction) {
    const options = {
      readable: direction !== 'write',
      writable: direction !== 'read',
      // When the other side of a console has ended, nobody is there to write to.
      allowHalfOpen: false,
      readableHighWaterMark: CHUNK,
      writableHighWaterMark: CHUNK,
    };
    super(options);
    this.#object = object;
    this.#connection = connection;
    this.#direction = direction;
    this.#source = new (native().EventSource)(EVENTS, () => {
      this.#onEvents();
    });
  }

  /** Ending takes calls, so the connection must still be there. @internal */
  readonly endsFirst = true;

  /** The connection closes, or was lost. @internal */
  stop(): Promise<void> {
    if (this.closed) return Promise.resolve();
    const closed = new Promise<void>((resolve) => this.once('close', resolve));
    this.destroy();
    return closed;
  }

  /** @internal */
  fail(error: unknown): void {
    this.destroy(error as Error);
  }

  override _read(): void {
    this.#receive().catch((error: unknown) => this.destroy(error as Error));
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk).then(
      () => {
        done();
      },
      (error: unknown) => {
        done(error as Error);
      },
    );
  }

  /** The end of an upload is its success; a console goes on being read. */
  override _final(done: (error?: Error | null) => void): void {
    if (this.#direction === 'both') {
      done();
      return;
    }
    this.#finish().then(
      () => {
        done();
      },
      (error: unknown) => {
        done(error as Error);
      },
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connection.releaseSource(this);
    for (const { wake } of this.#waiting.splice(0)) wake();
    // What cannot be aborted any more has ended already: no news to whoever destroys it.
    const ended = (): void => {
      done(error);
    };
    this.#end().then(ended, ended);
  }

  async #listen(): Promise<void> {
    // Until somebody has the stream, its errors are those of the call that opens it.
    const failures: Error[] = [];
    const remember = (error: unknown): void => {
      failures.push(error as Error);
    };
    this.on('error', remember);
    this.#connection.adoptSource(this);
    try {
      await call(() => this.#source.start(this.#connection.handle, 'stream', 0, this.#object.handle));
    } catch (error) {
      remember(error);
    }
    if (failures[0]) {
      this.destroy();
      throw failures[0];
    }
    this.off('error', remember);
  }

  async #receive(): Promise<void> {
    while (!this.destroyed) {
      const bytes = await this.#object.receive();
      if (bytes === null) {
        await this.#until(StreamEventType.READABLE);
      } else if (bytes.length === 0) {
        await this.#finish();
        this.push(null);
        // A writer that waits for room would do so for ever: its next call tells it that there is nobody.
        for (const { wake } of this.#waiting.splice(0)) wake();
        return;
      } else {
        this.push(bytes);
        return;
      }
    }
  }

  async #send(chunk: Buffer): Promise<void> {
    for (let sent = 0; sent < chunk.length;) {
      if (this.destroyed) throw new HvError({ code: 'ABORT_ERR', message: 'The stream ended before all was written' });
      const taken = await this.#object.send(chunk.subarray(sent, sent + CHUNK));
      if (taken === 0) await this.#until(StreamEventType.WRITABLE);
      sent += taken;
    }
  }

  async #finish(): Promise<void> {
    if (this.#finished) return;
    // First: finishing takes the callback away as well, and then there is none to take back.
    await call(() => this.#source.stop());
    this.#finished = true;
    await this.#object.finish();
  }

  /** Nothing is left behind: the callback, the stream at the other end, the native object. */
  async #end(): Promise<void> {
    // Whatever comes of it, the stream itself is to be aborted.
    await Promise.allSettled([call(() => this.#source.stop())]);
    try {
      if (!this.#finished) await this.#object.abort();
    } finally {
      this.#finished = true;
      this.#object.free();
    }
  }

  /** Resolves when libvirt says so, when there is trouble that the next call will tell of, or when the stream is destroyed. */
  #until(event: StreamEventType): Promise<void> {
    if (this.destroyed) return Promise.resolve();
    return new Promise((wake, reject) => {
      this.#waiting.push({ event, wake });
      this.#wanted |= event;
      this.#source.hold(true);
      this.#arm().catch(reject);
    });
  }

  /** One after the other, each with what is wanted by then: two jobs that overtake each other would disarm the later one. */
  #arm(): Promise<void> {
    this.#arming = this.#arming.then(async () => {
      if (this.#wanted !== 0 && !this.destroyed) await this.#object.wantEvents(this.#wanted | TROUBLE);
    });
    return this.#arming;
  }

  #onEvents(): void {
    const happened = this.#source.take(EVENTS).events.reduce((all, { events }) => all | (events as number), 0);
    const [awake, asleep] = partition(this.#waiting, ({ event }) => (happened & (event | TROUBLE)) !== 0);
    this.#waiting = asleep;
    this.#wanted = asleep.reduce((all, { event }) => all | event, 0);
    if (this.#wanted === 0) this.#source.hold(false);
    else this.#arm().catch((error: unknown) => this.destroy(error as Error));
    for (const { wake } of awake) wake();
  }
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
