import type { DriverDefinition } from '../drivers/driver';
import { HvError } from '../errors';
import type { DriverInfo, DriverOption } from './driver-info';
import type { MachineEvent } from './event';
import type { Finding } from './finding';
import type { Images } from './images';
import type { Leases } from './leases';
import type { Machine } from './machine';
import type { WorkOptions } from './progress';
import type { CreateRequest } from './request';
import type { Settings } from './settings';
import type { MachineSummary } from './summary';

export interface HvkitOptions {
  /** Without it `$HVKIT_HOME`, `$MACHINE_STORAGE_PATH`, or `~/.hvkit`. */
  home?: string;
  /** In place of those that come with hvkit. */
  drivers?: readonly DriverDefinition[];
  env?: NodeJS.ProcessEnv;
  /** What people should know once: a fallback, a port that was taken. Without it, process.emitWarning. */
  onWarning?: (message: string) => void;
}

/** The machines of one home. */
export class Hvkit implements AsyncDisposable {
  readonly home: string;

  constructor(options: HvkitOptions = {}) {
    this.home = options.home ?? '';
  }

  get settings(): Settings {
    throw unfinished();
  }
  get images(): Images {
    throw unfinished();
  }
  get leases(): Leases {
    throw unfinished();
  }

  /** Resolves when the machine answers over ssh. What fails leaves nothing behind. */
  create(_request: CreateRequest, _options?: WorkOptions): Promise<Machine> {
    return Promise.reject(unfinished());
  }
  /** ERR_NO_MACHINE: there is none of this name. */
  machine(_name: string): Promise<Machine> {
    return Promise.reject(unfinished());
  }
  /** In the natural order of their names. A file that cannot be read is an error; list() has a row for it. */
  machines(): Promise<Machine[]> {
    return Promise.reject(unfinished());
  }
  /** Every machine with its state. One that does not answer in time has the state `Timeout`. */
  list(_options?: { timeoutMs?: number }): Promise<MachineSummary[]> {
    return Promise.reject(unfinished());
  }
  /** What happens from now on, until the signal, also to machines that are made meanwhile. */
  events(_options?: { signal?: AbortSignal }): AsyncIterable<MachineEvent> {
    throw unfinished();
  }

  /** Reads everything; changes nothing. */
  doctor(_options?: { names?: readonly string[] }): Promise<Finding[]> {
    return Promise.reject(unfinished());
  }
  /** As doctor(), and puts right what can be put right. */
  repair(_options?: WorkOptions & { names?: readonly string[] }): Promise<Finding[]> {
    return Promise.reject(unfinished());
  }
  /** Takes away all that this home has made on this host. */
  purge(_options?: WorkOptions): Promise<void> {
    return Promise.reject(unfinished());
  }

  drivers(): Promise<DriverInfo[]> {
    return Promise.reject(unfinished());
  }
  /** The options of a driver, by its name or alias; without one, of the default driver. */
  driverOptions(_driver?: string): Promise<DriverOption[]> {
    return Promise.reject(unfinished());
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function unfinished(): HvError {
  return new HvError({ code: 'ERR_NOT_IMPLEMENTED', message: 'not there yet' });
}
