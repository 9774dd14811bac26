import { finished, type Readable, type Writable } from 'node:stream';

import { HvError } from '../errors';

/**
 * One of a command's outputs: into a buffer with a bound, or to a stream at that stream's pace. That stream is watched from
 * the beginning: it may fail before there is a command. @internal
 */
export class Output {
  readonly #sink: Writable | undefined;
  readonly #most: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #source: Readable | undefined;
  #unwatch: (() => void) | undefined;
  #onFailure: ((error: HvError) => void) | undefined;
  #failure: HvError | undefined;

  constructor(sink: Writable | undefined, most: number) {
    this.#sink = sink;
    this.#most = most;
    if (sink) {
      this.#unwatch = finished(sink, { readable: false }, (error) => {
        this.#fail('cannot be written', error ?? undefined);
      });
    }
  }

  /** Resolves when all of it is where it belongs. */
  async start(source: Readable, onFailure: (error: HvError) => void): Promise<void> {
    this.#source = source;
    this.#onFailure = onFailure;
    this.#sink?.on('drain', this.#resume);
    const ended = new Promise<void>((resolve) => source.once('end', resolve));
    source.on('data', (chunk: Buffer) => {
      if (this.#onFailure) this.#take(chunk);
    });
    if (this.#failure) onFailure(this.#failure);
    await ended;
    await this.#flush();
    this.stop();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks, this.#length);
  }

  /** Nobody wants the rest, but only what is read comes to an end. */
  stop(): void {
    this.#onFailure = undefined;
    this.#unwatch?.();
    this.#sink?.off('drain', this.#resume);
    this.#source?.resume();
  }

  #take(chunk: Buffer): void {
    if (this.#sink) {
      if (!this.#sink.write(chunk)) this.#source?.pause();
      return;
    }
    this.#length += chunk.length;
    this.#chunks.push(chunk);
    if (this.#length > this.#most) this.#fail(`is longer than ${this.#most} bytes`, undefined);
  }

  #fail(what: string, cause: Error | undefined): void {
    this.#failure ??= new HvError({
      code: 'ERR_SSH_OUTPUT',
      message: `The output of the command ${what}${cause ? `: ${cause.message}` : ''}`,
      hint: cause ? undefined : 'Give a stream for it (stdout, stderr), or a larger maxBytes.',
      cause,
    });
    this.#onFailure?.(this.#failure);
  }

  /** A stream that still holds back what it was given has not got it. */
  async #flush(): Promise<void> {
    const sink = this.#sink;
    if (!sink || !this.#onFailure || sink.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      sink.write('', (error) => {
        if (error) this.#fail('cannot be written', error);
        resolve();
      });
    });
  }

  readonly #resume = (): void => {
    this.#source?.resume();
  };
}
