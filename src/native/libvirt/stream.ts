import { Duplex } from 'node:stream';

import { HvError } from '../../errors';
import type { Handle } from './binding-types';
import type { Connection } from './connection';
import { StreamEventType } from './enums';
import { CHUNK, StreamObject } from './stream-object';

const TROUBLE = StreamEventType.ERROR | StreamEventType.HANGUP;

/** Which way the bytes go: from libvirt (a download), to it (an upload), or both (a console). */
export type Direction = 'read' | 'write' | 'both';

/** What comes through a stream, one piece after the other. @internal */
export interface Pieces {
  /** Gives libvirt's stream the next one to carry. */
  start: (stream: Handle<'Stream'>) => Promise<unknown>;
  /** Whether there is another one, after one of so many bytes. */
  more: (received: number) => boolean;
}

/**
 * A libvirt stream as a Node.js stream: a console, a volume's upload or download, a screenshot. Reading asks libvirt for no
 * more than the reader takes, writing waits until libvirt has room. `destroy()` aborts it.
 */
export class LibvirtStream extends Duplex {
  #object: StreamObject;
  readonly #connection: Connection;
  readonly #direction: Direction;
  readonly #pieces: Pieces;
  #received = 0; // of the piece under way
  #wanted = 0;
  #arming: Promise<void> = Promise.resolve();
  #waiting: { event: StreamEventType; wake: () => void }[] = [];

  /** Made by the methods that open one, such as Domain.openConsole. @internal */
  static async open(
    connection: Connection,
    direction: Direction,
    start: Pieces['start'],
    more: Pieces['more'] = () => false,
  ): Promise<LibvirtStream> {
    const object = await StreamObject.started(connection, start);
    const stream = new LibvirtStream(object, connection, direction, { start, more });
    await stream.#open();
    return stream;
  }

  private constructor(object: StreamObject, connection: Connection, direction: Direction, pieces: Pieces) {
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
    this.#pieces = pieces;
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
    this.#object.finish().then(
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
    this.#object.end().then(ended, ended);
  }

  async #open(): Promise<void> {
    // Until somebody has the stream, its errors are those of the call that opens it.
    const failures: Error[] = [];
    const remember = (error: unknown): void => {
      failures.push(error as Error);
    };
    this.on('error', remember);
    this.#connection.adoptSource(this);
    try {
      await this.#listen();
    } catch (error) {
      remember(error);
    }
    if (failures[0]) {
      this.destroy();
      throw failures[0];
    }
    this.off('error', remember);
  }

  #listen(): Promise<void> {
    return this.#object.listen(this.#connection, (events) => {
      this.#onEvents(events);
    });
  }

  async #receive(): Promise<void> {
    while (!this.destroyed) {
      const bytes = await this.#object.receive();
      if (bytes === null) {
        await this.#until(StreamEventType.READABLE);
      } else if (bytes.length === 0) {
        await this.#object.finish();
        if (await this.#next()) continue;
        this.push(null);
        // A writer that waits for room would do so for ever: its next call tells it that there is nobody.
        for (const { wake } of this.#waiting.splice(0)) wake();
        return;
      } else {
        this.#received += bytes.length;
        this.push(bytes);
        return;
      }
    }
  }

  /** Goes on with the next piece. False: that was all, or the stream was destroyed meanwhile. */
  async #next(): Promise<boolean> {
    if (this.destroyed || !this.#pieces.more(this.#received)) return false;
    return this.#goOnWith(await StreamObject.started(this.#connection, this.#pieces.start));
  }

  async #goOnWith(next: StreamObject): Promise<boolean> {
    this.#object.free();
    if (this.destroyed) {
      await next.end();
      return false;
    }
    this.#object = next;
    this.#received = 0;
    await this.#listen();
    return true;
  }

  async #send(chunk: Buffer): Promise<void> {
    for (let sent = 0; sent < chunk.length;) {
      if (this.destroyed) throw new HvError({ code: 'ABORT_ERR', message: 'The stream ended before all was written' });
      const taken = await this.#object.send(chunk.subarray(sent, sent + CHUNK));
      if (taken === 0) await this.#until(StreamEventType.WRITABLE);
      sent += taken;
    }
  }

  /** Resolves when libvirt says so, when there is trouble that the next call will tell of, or when the stream is destroyed. */
  #until(event: StreamEventType): Promise<void> {
    if (this.destroyed) return Promise.resolve();
    return new Promise((wake, reject) => {
      this.#waiting.push({ event, wake });
      this.#wanted |= event;
      this.#object.hold(true);
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

  #onEvents(happened: number): void {
    const [awake, asleep] = partition(this.#waiting, ({ event }) => (happened & (event | TROUBLE)) !== 0);
    this.#waiting = asleep;
    this.#wanted = asleep.reduce((all, { event }) => all | event, 0);
    if (this.#wanted === 0) this.#object.hold(false);
    else this.#arm().catch((error: unknown) => this.destroy(error as Error));
    for (const { wake } of awake) wake();
  }
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
