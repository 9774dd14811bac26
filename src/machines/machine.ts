import type { Duplex, Readable } from 'node:stream';

import type { Address, MachineSpec, MachineState } from '../drivers/driver';
import type { Json, Properties } from '../resources/resource';
import type { ForwardOptions, Tunnel } from '../ssh/forward';
import type { SshTarget } from '../ssh/target';
import type { DockerHost } from './docker-host';
import type { CopyOptions, ExecOptions, ExecResult, ShellOptions } from './exec';
import type { MachineRecord, Phase } from './machine-file';
import type { Mounted, MountPlaces } from './mount';
import type { StartOptions, WorkOptions } from './progress';
import type { Workplace } from './workplace';

/** A view of a machine's file, as it was when it was last read: refresh() reads it anew. */
export class Machine {
  readonly #place: Workplace;
  #record: MachineRecord;

  /** @internal */
  constructor(place: Workplace, record: MachineRecord) {
    this.#place = place;
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
    return this.#place.store.folder(this.name);
  }

  async refresh(): Promise<this> {
    this.#record = await this.#place.store.read(this.name);
    return this;
  }
  async state({ signal }: Pick<WorkOptions, 'signal'> = {}): Promise<MachineState> {
    return lifecycle().stateOf(this.#place, await this.#fresh(), signal);
  }
  /** Of a machine that does not run: ERR_NOT_RUNNING. */
  async address(): Promise<Address> {
    return remote().addressOf(this.#place, await this.#fresh());
  }
  /** Where this host reaches it: of one behind forwarded ports this is 127.0.0.1. */
  async ip(): Promise<string> {
    return (await this.address()).host;
  }

  /** Where the Docker of a Docker host that runs is reached, and with which files. ERR_NO_DOCKER: it is none. */
  async docker(): Promise<DockerHost> {
    const { dockerHostOf } = require('./docker-host') as typeof import('./docker-host');
    return dockerHostOf(this.#place, await this.#fresh());
  }

  /** Makes a Docker host of it anew, as far as it is none: what was interrupted goes on, what was changed is put right. */
  async provision(options?: StartOptions): Promise<void> {
    await dockerWork().provision(this.#place, this.name, options);
    await this.refresh();
  }
  /** Gives its Docker a new certificate. It is restarted for that. */
  async regenerateCertificates(options?: StartOptions): Promise<void> {
    await dockerWork().regenerateCertificates(this.#place, this.name, options);
    await this.refresh();
  }
  /** Brings its Docker to the newest version that its system has. */
  upgradeDocker(options?: StartOptions): Promise<{ before: string; after: string }> {
    return dockerWork().upgrade(this.#place, this.name, options);
  }

  /** Waits until ssh answers. Of one that runs already it only waits. */
  async start(options?: StartOptions): Promise<void> {
    await lifecycle().start(this.#place, this.name, options);
    await this.refresh();
  }
  /** Presses the power button; the plug is pulled after the grace period, which is a minute unless told. */
  stop(options?: { graceMs?: number; signal?: AbortSignal }): Promise<void> {
    return lifecycle().stop(this.#place, this.name, options);
  }
  async restart(options?: StartOptions & { graceMs?: number }): Promise<void> {
    await lifecycle().restart(this.#place, this.name, options);
    await this.refresh();
  }
  kill(): Promise<void> {
    return lifecycle().kill(this.#place, this.name);
  }
  pause(): Promise<void> {
    return lifecycle().pause(this.#place, this.name);
  }
  resume(): Promise<void> {
    return lifecycle().resume(this.#place, this.name);
  }
  /** With `force` the record goes even if the hypervisor cannot be asked: what may stay behind is warned of. */
  remove(options?: WorkOptions & { force?: boolean }): Promise<void> {
    const { removeMachine } = require('./remove') as typeof import('./remove');
    return removeMachine(this.#place, this.name, options);
  }

  /** `24.0.7`: which Docker answers in it. */
  async dockerVersion({ timeoutMs = 10_000 }: { timeoutMs?: number } = {}): Promise<string> {
    const { dockerVersion } = require('../docker/api') as typeof import('../docker/api');
    return (await dockerVersion(await this.docker(), { timeoutMs })).version;
  }

  async ssh(): Promise<SshTarget> {
    return remote().targetOf(this.#place, await this.#fresh());
  }
  /** A section of ssh's configuration, for programs that read it. */
  async sshConfig(): Promise<string> {
    return remote().sshConfigOf(this.#place, await this.#fresh());
  }
  /** Does not throw for the command's own status. */
  async exec(command: string, args: readonly string[] = [], options: ExecOptions = {}): Promise<ExecResult> {
    return remote().execIn(this.#place, await this.#fresh(), [command, args], options);
  }
  /** As scp: into `remote` if that is a folder, else under that name; a path that is not absolute begins in the user's home. */
  async copyTo(local: string, remotePath: string, options: CopyOptions = {}): Promise<void> {
    return copies().copyToMachine(this.#place, await this.#fresh(), [local, remotePath], options);
  }
  async copyFrom(remotePath: string, local: string, options: CopyOptions = {}): Promise<void> {
    return copies().copyFromMachine(this.#place, await this.#fresh(), [remotePath, local], options);
  }
  /** To another machine, through this host: they need not reach each other. */
  async copyAcross(remotePath: string, to: Machine, path: string, options: CopyOptions = {}): Promise<void> {
    const source = { place: this.#place, record: await this.#fresh(), path: remotePath };
    const target = { place: to.#place, record: await to.#fresh(), path };
    return copies().copyAcrossMachines(source, target, options);
  }
  /** A folder of the machine in a folder of this host, until Hvkit.unmount(): by sshfs, or as a link where it is a share. */
  async mount(places: MountPlaces): Promise<Mounted> {
    const { mountFolder } = require('./mount') as typeof import('./mount');
    return mountFolder(this.#place, await this.#fresh(), places);
  }
  /**
   * A shell, or one line for it, in the caller's terminal; resolves with the status. The shell is the system's ssh, unless
   * `native`, or there is none, or streams are given.
   */
  async shell(options: ShellOptions = {}): Promise<number> {
    return remote().shellIn(this.#place, await this.#fresh(), options);
  }
  /** Connections to this host that come out in the machine, until the tunnel is closed or the machine stops. */
  async forward(options: ForwardOptions): Promise<Tunnel> {
    return remote().forwardTo(this.#place, await this.#fresh(), options);
  }
  async console(): Promise<Duplex> {
    return remote().consoleOf(this.#place, await this.#fresh());
  }
  async logs(options: { follow?: boolean; signal?: AbortSignal } = {}): Promise<Readable> {
    return remote().logsOf(this.#place, await this.#fresh(), options);
  }

  /** All that is known of it, for `inspect`; of the user data, which may hold passwords, how long it is and its digest. */
  inspect(): Json {
    const { userData, ...spec } = this.#record.spec;
    const shown = {
      ...this.#record,
      spec: { ...spec, ...(userData !== undefined && { userData: digestOf(userData) }) },
    };
    // As it stands in its file: without what is undefined.
    return { ...(JSON.parse(JSON.stringify(shown)) as Record<string, Json>), folder: this.folder };
  }

  /** Another process may have moved it, or taken it away. */
  async #fresh(): Promise<MachineRecord> {
    await this.refresh();
    return this.#record;
  }
}

function digestOf(text: string): { bytes: number; sha256: string } {
  const { createHash } = require('node:crypto') as typeof import('node:crypto');
  return { bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

/** Late, since most commands need one of them. */
function lifecycle(): typeof import('./lifecycle') {
  return require('./lifecycle') as typeof import('./lifecycle');
}
function remote(): typeof import('./remote') {
  return require('./remote') as typeof import('./remote');
}
function dockerWork(): typeof import('./docker-work') {
  return require('./docker-work') as typeof import('./docker-work');
}
function copies(): typeof import('./copies') {
  return require('./copies') as typeof import('./copies');
}
