import { ConnectCloseReason } from './enums';
import { connectionLost, LibvirtError } from './errors';

/** Milliseconds between two looks: keep-alive messages take some times as long to find out. */
const LOOK = 5_000;

/** Those with calls that wait. A connection that has none is not held by the clock. */
const WAITING = new Set<PendingCalls>();
let clock: NodeJS.Timeout | undefined;

/**
 * The calls of a connection that wait for an answer. Where it is libvirt that notices that a daemon has stopped answering, which
 * it is where its event loop is not ours (macOS), it closes the connection but leaves the calls under way asleep where several
 * are: so it is asked, while there are some.
 */
export class PendingCalls {
  readonly #isAlive: () => Promise<boolean>;
  readonly #pending = new Set<(error: Error) => void>();
  #silent = false;

  constructor(isAlive: () => Promise<boolean>) {
    this.#isAlive = isAlive;
  }

  /** The answer; or that the connection was lost, where none will come. */
  answerTo<T>(answer: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#pending.size === 0) WAITING.add(this);
      this.#pending.add(reject);
      clock ??= setInterval(lookAtAll, LOOK).unref();
      const over = (): void => {
        this.#leave(reject);
      };
      answer.then(over, over);
      answer.then(resolve, (error: unknown) => {
        reject(this.#reasonOf(error));
      });
    });
  }

  /** libvirt has told that it closed the connection because the daemon was silent: that is why its calls fail. */
  lostToSilence(): void {
    this.#silent = true;
  }

  look(): void {
    const waiting = [...this.#pending];
    this.#isAlive().then(
      (isAlive) => {
        if (isAlive) return;
        const error = connectionLost(ConnectCloseReason.KEEPALIVE);
        for (const fail of waiting) {
          this.#leave(fail);
          fail(error);
        }
      },
      // It was closed meanwhile, which those who wait are told of by their own calls.
      () => undefined,
    );
  }

  /** libvirt itself says of a call that comes later no more than that the socket is closed. */
  #reasonOf(error: unknown): Error {
    if (this.#silent && LibvirtError.is(error)) return connectionLost(ConnectCloseReason.KEEPALIVE, error);
    return error as Error;
  }

  #leave(reject: (error: Error) => void): void {
    this.#pending.delete(reject);
    if (this.#pending.size === 0) WAITING.delete(this);
  }
}

function lookAtAll(): void {
  for (const calls of WAITING) calls.look();
  if (WAITING.size > 0) return;
  clearInterval(clock);
  clock = undefined;
}
