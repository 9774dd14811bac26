import { ConnectCloseReason } from './enums';
import { connectionLost } from './errors';

/** Milliseconds between two looks: keep-alive messages take some times as long to find out. */
const LOOK = 5_000;

/**
 * The calls of a connection that wait for an answer. libvirt itself notices that a daemon has stopped answering, and closes the
 * connection, but leaves the calls under way asleep where several are: so it is asked, while there are some.
 */
export class PendingCalls {
  readonly #isAlive: () => Promise<boolean>;
  readonly #pending = new Set<(error: Error) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(isAlive: () => Promise<boolean>) {
    this.#isAlive = isAlive;
  }

  /** The answer; or that the connection was lost, where none will come. */
  answerTo<T>(answer: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.add(reject);
      this.#timer ??= setInterval(() => {
        this.#look();
      }, LOOK).unref();
      const over = (): void => {
        this.#pending.delete(reject);
      };
      answer.finally(over).then(resolve, reject);
    });
  }

  #look(): void {
    if (this.#pending.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const waiting = [...this.#pending];
    this.#isAlive().then(
      (isAlive) => {
        if (isAlive) return;
        const error = connectionLost(ConnectCloseReason.KEEPALIVE);
        for (const fail of waiting) {
          this.#pending.delete(fail);
          fail(error);
        }
      },
      // It was closed meanwhile, which those who wait are told of by their own calls.
      () => undefined,
    );
  }
}
