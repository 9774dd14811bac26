/** What one side gives as it comes, and the other takes in its own time. */
export class EventQueue<T> {
  readonly #waiting: T[] = [];
  #wake: (() => void) | undefined;
  #end: { error?: unknown } | undefined;

  push(value: T): void {
    if (this.#end !== undefined) return;
    this.#waiting.push(value);
    this.#wake?.();
  }

  /** What was given before is still taken; then whoever takes is at the end, or is told of the error. */
  end(end: { error?: unknown } = {}): void {
    this.#end ??= end;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    for (;;) {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) yield next;
      if (this.#end !== undefined) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if ('error' in this.#end) throw this.#end.error;
    return undefined;
  }
}
