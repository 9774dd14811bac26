import { HvError } from '../../errors';
import { ConnectCloseReason, ErrorNumber, errorDomainName, errorNumberName } from './enums';

/** What the addon rejects with: native/common/failure.h and native/libvirt/error.cc. */
export interface NativeFailure {
  code: string;
  message: string;
  call?: string;
  number?: number;
  domain?: number;
  level?: number;
  strings?: (string | null)[];
  integers?: number[];
}

/** A call that libvirt refused or could not carry out. Its `code` is libvirt's own name of the error. */
export class LibvirtError extends HvError {
  /** libvirt's error number, an ErrorNumber; 0 when libvirt did not say. */
  readonly number: number;
  /** The part of libvirt that it comes from, such as `VIR_FROM_QEMU`. */
  readonly domain: string;
  /** An ErrorLevel. */
  readonly level: number;
  /** The C function that failed. */
  readonly call: string;
  /** libvirt's str1, str2 and str3: parts of the message, or more about it. */
  readonly strings: readonly (string | null)[];
  /** libvirt's int1 and int2: more about it. The first of a `VIR_ERR_SYSTEM_ERROR` is the system's own number. */
  readonly integers: readonly number[];

  readonly #failure: NativeFailure;

  constructor(failure: NativeFailure, { hint, cause }: { hint?: string | undefined; cause?: unknown } = {}) {
    const number = failure.number ?? 0;
    super({ code: errorNumberName(number) ?? `VIR_ERR_${number}`, message: failure.message, hint, cause });
    this.#failure = failure;
    this.number = number;
    this.domain = errorDomainName(failure.domain ?? 0) ?? `VIR_FROM_${failure.domain}`;
    this.level = failure.level ?? 0;
    this.call = failure.call ?? '';
    this.strings = failure.strings ?? [];
    this.integers = failure.integers ?? [];
  }

  static {
    Object.defineProperty(this.prototype, 'name', { value: 'LibvirtError', configurable: true, writable: true });
  }

  /** The same error, with what only the caller of the call could know. */
  with(more: { hint: string | undefined; cause: unknown }): LibvirtError {
    const error = new LibvirtError(this.#failure, more);
    if (this.stack !== undefined) error.stack = this.stack;
    return error;
  }

  static override is(error: unknown): error is LibvirtError {
    return HvError.is(error) && error.name === 'LibvirtError';
  }
}

/** Where a call was made: taken before it, because nothing of the caller is on the stack when the answer comes. */
export interface CallSite {
  stack?: string;
}

/** The one place where a failure of the addon becomes an error. */
export function errorOf(failure: NativeFailure, site: CallSite): HvError {
  const error =
    failure.code === 'ERR_LIBVIRT' ? new LibvirtError(failure, { hint: hintOf(failure) }) : bindingError(failure);
  const frames = site.stack?.replace(/^.*?(?=\n\s+at )/s, '') ?? '';
  error.stack = `${error.name}: ${error.message} (${error.code})${frames}`;
  return error;
}

const HINTS: Readonly<Record<string, string>> = {
  ERR_CONNECTION_CLOSED: 'Open a new connection with connect().',
  ERR_CONNECTION_LOST: 'Open a new connection with connect(), and read the state anew.',
  ERR_HANDLE_FREED: 'Look the object up again; free() ends the use of a handle.',
  ERR_LIBVIRT_TOO_OLD: 'Upgrade libvirt on this machine.',
};

/** Where libvirt's own words tell nobody what to do. */
function hintOf({ number, message }: NativeFailure): string | undefined {
  if (number === ErrorNumber.RPC && message.includes('Unable to encode message payload')) {
    return 'It is too long: libvirt sends texts of 4 MiB at the most to a daemon and back, and 32 MiB at once.';
  }
  return undefined;
}

function bindingError({ code, message }: NativeFailure): HvError {
  return new HvError({ code, message, hint: HINTS[code] });
}

/** The driver has no such function: not every hypervisor can do everything. */
export function isUnsupported(error: unknown): boolean {
  return LibvirtError.is(error) && error.number === ErrorNumber.NO_SUPPORT;
}

/** What is told of a connection that ended by itself. */
export function connectionLost(reason: ConnectCloseReason, cause?: LibvirtError): HvError {
  const message = `The connection to libvirt was lost (${ConnectCloseReason[reason]})`;
  return new HvError({ code: 'ERR_CONNECTION_LOST', message, hint: HINTS['ERR_CONNECTION_LOST'], cause });
}

/** What every use of a closed connection is told, by the addon or before it. */
export function connectionClosed(): HvError {
  return bindingError({ code: 'ERR_CONNECTION_CLOSED', message: 'the connection is closed' });
}

/** An argument that TypeScript would have refused, and that would otherwise mean something else. */
export function invalidArgument(message: string, hint?: string): HvError {
  return new HvError({ code: 'ERR_INVALID_ARGUMENT', message, hint });
}
