import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

import { HvError } from '../../errors';

/**
 * Tells when the table of leases was written: by the system's own events, within milliseconds. It watches the folder, because
 * the file need not exist yet, and is replaced by another one with each change.
 */
export class TableWatch implements Disposable {
  readonly #path: string;
  readonly #watcher: FSWatcher;
  #changed = false;
  #failure: HvError | undefined;
  #wake: (() => void) | undefined;

  constructor(path: string) {
    this.#path = path;
    const name = basename(path);
    try {
      this.#watcher = watch(dirname(path), (_event, changed) => {
        // Some systems do not tell of which file they speak.
        if (changed === null || changed === name) this.#tell();
      });
    } catch (error) {
      throw this.#broken(error);
    }
    this.#watcher.on('error', (error) => {
      this.#failure = this.#broken(error);
      this.#wake?.();
    });
  }

  /**
   * Resolves with true when the table was written since the last call, and with false when the time has come first. One call
   * at a time.
   */
  async changed(waitMs: number, signal?: AbortSignal): Promise<boolean> {
    if (!this.#changed && !this.#failure && !signal?.aborted) await this.#event(waitMs, signal);
    if (signal?.aborted) {
      const message = `The wait for the table of leases ${this.#path} was aborted`;
      throw new HvError({ code: 'ABORT_ERR', message, cause: signal.reason });
    }
    if (this.#failure) throw this.#failure;
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
    this.#wake?.();
  }

  #tell(): void {
    this.#changed = true;
    this.#wake?.();
  }

  async #event(waitMs: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = withResolvers();
    const timer = Number.isFinite(waitMs) ? setTimeout(resolve, Math.max(0, waitMs)) : undefined;
    signal?.addEventListener('abort', resolve);
    this.#wake = resolve;
    await promise;
    this.#wake = undefined;
    signal?.removeEventListener('abort', resolve);
    clearTimeout(timer);
  }

  #broken(cause: unknown): HvError {
    const folder = dirname(this.#path);
    const message = `The folder ${folder} of the table of leases cannot be watched`;
    return new HvError({ code: 'ERR_LEASE_FILE', message, cause });
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
