import type { Properties, Resource, Step } from './resource';

/**
 * What outlives one machine: a network, a pool, a base volume. Its id is the same for all that share it, and who holds it is
 * counted from the truth (the hypervisor's own records, files on disk), never from a counter that a killed process leaves wrong.
 */
export abstract class SharedResource<P extends Properties = Properties> implements Resource<P> {
  abstract readonly kind: string;
  abstract readonly id: string;
  abstract readonly parents: readonly string[];
  readonly shared = true;

  abstract read(step: Step): Promise<P | undefined>;

  /** Idempotent, as Resource.create. */
  protected abstract make(step: Step): Promise<P>;
  /** Takes it away; not there is success. */
  protected abstract unmake(step: Step): Promise<void>;
  /** Who needs it besides the machine that asks. A machine whose record names it counts, even if it was never finished. */
  protected abstract holders(step: Step): Promise<readonly string[]>;
  /**
   * Runs one piece of work on it at a time, over all processes. Without that, one process could count no holders, another
   * find it there and keep it, and the first take it away.
   */
  protected abstract exclusively<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;

  create(step: Step): Promise<P> {
    return this.exclusively(() => this.make(step), step.signal);
  }

  /** Resolves also when others hold it: then it is simply no longer this machine's. */
  delete(step: Step): Promise<void> {
    return this.exclusively(async () => {
      const others = await this.holders(step);
      if (others.length === 0) await this.unmake(step);
    }, step.signal);
  }
}
