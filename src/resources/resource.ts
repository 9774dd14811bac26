/** Plain data, as it stands in a machine's file. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Properties = Readonly<Record<string, Json>>;

/**
 * Something that a machine owns and that exists outside of this process: a key, a disk, a reserved address, a domain. What
 * it was made with is known when it is constructed; what came of it (`P`) is recorded by the engine.
 */
export interface Resource<P extends Properties = Properties> {
  /** What it is: `disk`, `network`. One class, one kind. */
  readonly kind: string;
  /** Unique within its machine, and the same in every process: `disk`, `forward-8080`. */
  readonly id: string;
  /** Ids of what must be there first, and goes after it. */
  readonly parents: readonly string[];
  /** It outlives one machine: delete() takes it away only when nobody else holds it. See SharedResource. */
  readonly shared?: true;

  /** Idempotent: what is there and right is kept, what is there and half made is made whole. */
  create(step: Step): Promise<P>;
  /** What is there now; undefined: it is not there. A failure to look is an error, never undefined. */
  read(step: Step): Promise<P | undefined>;
  /** Brings what is there to what is wanted. Without it, a difference "cannot be changed in place". */
  update?(step: Step): Promise<P>;
  /** Idempotent: not there is success. */
  delete(step: Step): Promise<void>;
}

/** What the engine hands to each step. */
export interface Step {
  readonly signal: AbortSignal;
  /** What is recorded of this resource (its own id) or of one of its parents; undefined if nothing is. */
  recorded(id: string): Properties | undefined;
  /**
   * Records, durably, what must not be forgotten if the process dies before the step ends: a name that was chosen, a port
   * that is about to be bound. Merged into what is recorded of this resource.
   */
  note(properties: Properties): Promise<void>;
  /** A line for people about a step that takes long, with how much of it is done (0 to 1) where that is known. */
  progress(message: string, fraction?: number): void;
}

/** The record of one resource: written before each step and after it. */
export interface Entry {
  kind: string;
  state: 'creating' | 'ready' | 'deleting';
  properties: Properties;
}

/** Where the engine writes. Each promise resolves when the entry would survive a power cut. */
export interface Journal {
  get(id: string): Entry | undefined;
  entries(): ReadonlyMap<string, Entry>;
  set(id: string, entry: Entry): Promise<void>;
  remove(id: string): Promise<void>;
}
