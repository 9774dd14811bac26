import { setImmediate } from 'node:timers';
import { inspect, type InspectOptions } from 'node:util';

import { native, type Binding } from './binding';
import type { Handle } from './binding-types';
import type { Connection } from './connection';
import { errorOf, type CallSite, type NativeFailure } from './errors';
import type { PendingCalls } from './pending-calls';

/** The names of the addon's functions whose first argument is a handle of this kind, and that return `Result`. */
type FunctionOf<Kind extends string, Result> = {
  [Name in keyof Binding]: Binding[Name] extends (handle: Handle<Kind>, ...rest: never[]) => Result ? Name : never;
}[keyof Binding];
/** Those that ask libvirt, and those that only read a field of the object. */
export type CallOf<Kind extends string> = FunctionOf<Kind, Promise<unknown>>;
export type FieldOf<Kind extends string> = FunctionOf<Kind, string | number>;

type Rest<Name extends keyof Binding> = Binding[Name] extends (handle: never, ...rest: infer R) => unknown ? R : never;
type Returned<Name extends keyof Binding> = Binding[Name] extends (...args: never) => infer R ? R : never;

/** An object of libvirt: a handle, and the calls that take it. */
export abstract class LibvirtObject<Kind extends string> {
  readonly #handle: Handle<Kind>;
  readonly #pending: PendingCalls | undefined;

  constructor(handle: Handle<Kind>, pending?: PendingCalls) {
    this.#handle = handle;
    this.#pending = pending;
  }

  /** The calls of its connection that are under way. @internal */
  get pending(): PendingCalls | undefined {
    return this.#pending;
  }

  /** The native handle. Of use only to the other classes here. @internal */
  get handle(): Handle<Kind> {
    return this.#handle;
  }

  /**
   * Frees the native object now instead of at some garbage collection; a call under way still comes back. The object
   * cannot be used afterwards. Nothing that it stands for is changed: the domain runs on.
   */
  free(): void {
    native().free(this.#handle);
  }

  [Symbol.dispose](): void {
    this.free();
  }

  /** What tells it from others of its kind, as far as is known without asking libvirt. */
  protected identity(): Record<string, unknown> {
    return {};
  }

  /** `Domain { name: 'dev', uuid: '...' }` in console.log and in a debugger. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `${this.constructor.name} ${inspect(this.#shown(), options)}`;
  }

  #shown(): Record<string, unknown> {
    try {
      return this.identity();
    } catch (error) {
      // Freed, or its connection is closed: to show it must not fail.
      return { unusable: errorText(error) };
    }
  }

  /** Calls libvirt on a thread of the connection. The error shows where in the program the call was made. */
  protected call<Name extends CallOf<Kind>>(name: Name, ...rest: Rest<Name>): Returned<Name> {
    const answer = call(() => invoke(name, this.#handle, rest)) as Promise<unknown>;
    return (this.#pending?.answerTo(answer) ?? answer) as Returned<Name>;
  }

  /** Reads what the native object itself holds. */
  protected field<Name extends FieldOf<Kind>>(name: Name): Returned<Name> {
    return callSync(() => invoke(name, this.#handle, []) as Returned<Name>);
  }
}

function invoke(name: keyof Binding, handle: Handle<string>, rest: readonly unknown[]): unknown {
  const functions = native() as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  return functions[name]?.(handle, ...rest);
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Awaits a promise of the addon; a failure becomes an error with the stack of this call. */
export function call<T>(start: () => T): T {
  const site = here();
  const answer = start() as Promise<unknown>;
  stayAwake();
  return answer.catch((failure: unknown) => {
    throw errorOf(failure as NativeFailure, site);
  }) as T;
}

let awake = false;

/**
 * Turns the event loop until the answer is there, for as long as the addon thinks that it is near: a loop that has gone to
 * sleep takes longer to be woken than a local daemon takes to answer. All else in the program goes on meanwhile.
 */
function stayAwake(): void {
  if (awake) return;
  awake = true;
  setImmediate(turn);
}

function turn(): void {
  awake = native().isAnswerNear();
  if (awake) setImmediate(turn);
}

/** The same for what the addon answers, or throws, at once. */
export function callSync<T>(start: () => T): T {
  try {
    return start();
  } catch (failure) {
    throw errorOf(failure as NativeFailure, here());
  }
}

function here(): CallSite {
  const site: CallSite = {};
  Error.captureStackTrace(site, here);
  return site;
}

/** An object that belongs to a connection and leads back to it. */
export abstract class ConnectedObject<Kind extends string> extends LibvirtObject<Kind> {
  readonly connection: Connection;

  constructor(handle: Handle<Kind>, connection: Connection) {
    super(handle, connection.pending);
    this.connection = connection;
  }
}
