import { native, type NativeEventSource } from './binding';
import type { Handle } from './binding-types';
import type { Connection } from './connection';
import { call, ConnectedObject } from './object';

/** libvirt asks for less than 256 KiB in one message. */
export const CHUNK = 128 * 1024;
/** More than one event never waits: the native side is silent until it is armed again. */
const EVENTS = 4;

/** libvirt's side of a stream: it does not wait for data or room, and says when it is worth trying again. @internal */
export class StreamObject extends ConnectedObject<'Stream'> {
  #source: NativeEventSource | undefined;
  #finished = false;

  /** A new one, of which `start` has told libvirt what it is to carry. */
  static async started(
    connection: Connection,
    start: (stream: Handle<'Stream'>) => Promise<unknown>,
  ): Promise<StreamObject> {
    const object = new StreamObject(await connection.newStream(), connection);
    try {
      await start(object.handle);
    } catch (error) {
      object.free();
      throw error;
    }
    return object;
  }

  /** Begins to hear of what `wantEvents` asks for. */
  async listen(connection: Connection, onEvents: (events: number) => void): Promise<void> {
    const source = new (native().EventSource)(EVENTS, () => {
      onEvents(source.take(EVENTS).events.reduce((all, { events }) => all | (events as number), 0));
    });
    this.#source = source;
    await call(() => source.start(connection.handle, 'stream', 0, this.handle));
  }

  /** Whether the process stays alive for its events. */
  hold(held: boolean): void {
    this.#source?.hold(held);
  }

  /** Empty at the end, null when nothing has come yet. */
  receive(): Promise<Buffer | null> {
    return this.call('virStreamRecv', CHUNK);
  }

  /** How many bytes were taken. */
  send(bytes: Uint8Array): Promise<number> {
    return this.call('virStreamSend', bytes);
  }

  async wantEvents(events: number): Promise<void> {
    await this.call('virStreamEventUpdateCallback', events);
  }

  /** Ends in good order; fails if the other side did not get, or could not give, everything. */
  async finish(): Promise<void> {
    if (this.#finished) return;
    // First: finishing takes the callback away as well, and then there is none to take back.
    await this.#unlisten();
    this.#finished = true;
    await this.call('virStreamFinish');
  }

  /** Nothing is left behind: the callback, the stream at the other end, the native object. */
  async end(): Promise<void> {
    // Whatever comes of it, the stream itself is to be aborted.
    await Promise.allSettled([this.#unlisten()]);
    try {
      if (!this.#finished) await this.call('virStreamAbort');
    } finally {
      this.#finished = true;
      this.free();
    }
  }

  async #unlisten(): Promise<void> {
    const source = this.#source;
    if (source) await call(() => source.stop());
  }
}
