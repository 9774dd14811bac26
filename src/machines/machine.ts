import type { Duplex, Readable } from 'node:stream';

import type { Address, MachineSpec, MachineState } from '../drivers/driver';
import type { Json, Properties } from '../resources/resource';
import { HvError } from '../errors';
import type { SshTarget } from '../ssh/target';
import type { CopyOptions, ExecOptions, ExecResult } from './exec';
import type { MachineRecord, Phase } from './machine-file';
import type { WorkOptions } from './progress';

/** A view of a machine's file, as it was when it was last read: refresh() reads it anew. */
export class Machine {
  #record: MachineRecord;

  constructor(record: MachineRecord) {
    this.#record = record;
  }

  get name(): string {
    return this.#record.name;
  }
  get uuid(): string {
    return this.#record.uuid;
  }
  get driverName(): string {
    return this.#record.driver;
  }
  get spec(): MachineSpec {
    return this.#record.spec;
  }
  get plan(): Properties {
    return this.#record.plan;
  }
  get phase(): Phase {
    return this.#record.phase;
  }
  get created(): Date {
    return new Date(this.#record.created);
  }
  /** `<home>/machines/<name>`. */
  get folder(): string {
    throw unfinished();
  }

  refresh(): Promise<this> {
    return Promise.reject(unfinished());
  }
  state(): Promise<MachineState> {
    return Promise.reject(unfinished());
  }
  /** Of a machine that does not run: ERR_NOT_RUNNING. */
  address(): Promise<Address> {
    return Promise.reject(unfinished());
  }
  ip(): Promise<string> {
    return Promise.reject(unfinished());
  }

  /** Waits until ssh answers. Of one that runs already it only waits. */
  start(_options?: WorkOptions): Promise<void> {
    return Promise.reject(unfinished());
  }
  stop(_options?: { graceMs?: number; signal?: AbortSignal }): Promise<void> {
    return Promise.reject(unfinished());
  }
  restart(_options?: WorkOptions & { graceMs?: number }): Promise<void> {
    return Promise.reject(unfinished());
  }
  kill(): Promise<void> {
    return Promise.reject(unfinished());
  }
  pause(): Promise<void> {
    return Promise.reject(unfinished());
  }
  resume(): Promise<void> {
    return Promise.reject(unfinished());
  }
  /** With `force` the record goes even if the hypervisor cannot be asked: what may stay behind is warned of. */
  remove(_options?: WorkOptions & { force?: boolean }): Promise<void> {
    return Promise.reject(unfinished());
  }

  ssh(): Promise<SshTarget> {
    return Promise.reject(unfinished());
  }
  /** A section of ssh's configuration, for programs that read it. */
  sshConfig(): Promise<string> {
    return Promise.reject(unfinished());
  }
  /** Does not throw for the command's own status. */
  exec(_command: string, _args?: readonly string[], _options?: ExecOptions): Promise<ExecResult> {
    return Promise.reject(unfinished());
  }
  copyTo(_local: string, _remote: string, _options?: CopyOptions): Promise<void> {
    return Promise.reject(unfinished());
  }
  copyFrom(_remote: string, _local: string, _options?: CopyOptions): Promise<void> {
    return Promise.reject(unfinished());
  }
  /** In the caller's terminal; resolves with the status. By the system's ssh, unless `native` or there is none. */
  shell(_options?: { command?: readonly string[]; native?: boolean }): Promise<number> {
    return Promise.reject(unfinished());
  }
  console(): Promise<Duplex> {
    return Promise.reject(unfinished());
  }
  logs(_options?: { follow?: boolean; signal?: AbortSignal }): Promise<Readable> {
    return Promise.reject(unfinished());
  }

  /** All that is known of it, for `inspect`. */
  inspect(): Json {
    throw unfinished();
  }
}

function unfinished(): HvError {
  return new HvError({ code: 'ERR_NOT_IMPLEMENTED', message: 'not there yet' });
}
