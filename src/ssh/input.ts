import { finished, type Readable } from 'node:stream';

import type { ClientChannel } from 'ssh2';

import { HvError } from '../errors';

/** What a command is to read. A stream is watched from the beginning: it may fail before there is a command. @internal */
export class Input {
  readonly #content: string | Uint8Array | Readable | undefined;
  #unwatch: (() => void) | undefined;
  #channel: ClientChannel | undefined;
  #onFailure: ((error: HvError) => void) | undefined;
  #failure: HvError | undefined;
  #ended = false;

  constructor(content: string | Uint8Array | Readable | undefined) {
    this.#content = content;
    if (!isStream(content)) return;
    this.#unwatch = finished(content, { writable: false }, (error) => {
      if (error) {
        this.#failure = unreadable(error);
        this.#onFailure?.(this.#failure);
      } else {
        this.#ended = true;
        this.#channel?.end();
      }
    });
  }

  start(channel: ClientChannel, onFailure: (error: HvError) => void): void {
    if (!isStream(this.#content)) {
      channel.end(this.#content);
      return;
    }
    this.#channel = channel;
    this.#onFailure = onFailure;
    if (this.#failure) onFailure(this.#failure);
    else if (this.#ended) channel.end();
    else this.#content.pipe(channel, { end: false });
  }

  /** Leaves the rest to whoever gave it. */
  stop(): void {
    this.#onFailure = undefined;
    this.#unwatch?.();
    if (isStream(this.#content) && this.#channel) this.#content.unpipe(this.#channel);
    this.#channel = undefined;
  }
}

function isStream(content: string | Uint8Array | Readable | undefined): content is Readable {
  return typeof content === 'object' && 'pipe' in content;
}

function unreadable(cause: Error): HvError {
  return new HvError({
    code: 'ERR_SSH_INPUT',
    message: `The input of the command cannot be read: ${cause.message}`,
    cause,
  });
}
