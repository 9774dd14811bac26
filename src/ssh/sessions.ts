/** For a session that is closed before it is answered what is to run in it. */
const TRIES = 4;

/** The sessions of one connection. sshd allows ten (MaxSessions); whoever is one too many waits for another to end. @internal */
export class Sessions {
  readonly #patienceMs: number;
  readonly #giveUp: () => Error;
  /** Those that are open, and those that are just asked for. */
  #open = 0;
  /** Those that were open once. */
  #ended = 0;
  #waiting: (() => void)[] = [];

  /** `giveUp` ends the connection of a server that neither opens a session nor refuses to. */
  constructor(patienceMs: number, giveUp: () => Error) {
    this.#patienceMs = patienceMs;
    this.#giveUp = giveUp;
  }

  /**
   * `attempt` is handed what it must call when its session is over, and rejects if there is none. One that is `repeatable` is
   * made again also where the server has its request and closes the session without a word about it: nothing is run twice by it.
   */
  async open<T>(
    attempt: (over: () => void) => Promise<T>,
    { repeatable = false }: { repeatable?: boolean } = {},
  ): Promise<T> {
    let tries = repeatable ? TRIES : 1;
    for (let refusedAfter = 0; ;) {
      try {
        return await this.#inTime(this.#attempt(attempt));
      } catch (error) {
        if (isUnanswered(error) && tries > 1) {
          tries -= 1;
          continue;
        }
        if (!isRefusal(error)) throw error;
        // sshd counts a session a moment longer than this side: once more for each that ended.
        if (this.#ended === refusedAfter) {
          if (this.#open === 0) throw error;
          await new Promise<void>((resolve) => this.#waiting.push(resolve));
        }
        refusedAfter = this.#ended;
      }
    }
  }

  async #attempt<T>(attempt: (over: () => void) => Promise<T>): Promise<T> {
    this.#open += 1;
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      this.#open -= 1;
      // Nobody is left to wait for: they ask once more, and are told.
      if (this.#open === 0) this.#wake();
    };
    try {
      return await attempt(() => {
        if (left) return;
        this.#ended += 1;
        leave();
        this.#wake();
      });
    } catch (error) {
      leave();
      throw error;
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #inTime<T>(opening: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(this.#giveUp());
      }, this.#patienceMs);
    });
    try {
      return await Promise.race([opening, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** ssh2 tells the reason of a channel that the server did not open, and of nothing else. */
function isRefusal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'reason' in error;
}

/**
 * ssh2 says so of what a server refuses to run, and of a session that is closed unanswered. The second dropbear does where
 * another session's command ends while this one has none yet.
 */
function isUnanswered(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error && /^Unable to (?:exec|start subsystem|request a pseudo-terminal)/.test(cause.message);
}
