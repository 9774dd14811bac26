import type { DriverDefinition } from '../drivers/driver';
import { Registry } from '../drivers/registry';
import type { DriverInfo, DriverOption } from './driver-info';
import { DockerHome, type GivenCertificates } from './docker-home';
import { Drivers } from './drivers';
import type { MachineEvent } from './event';
import type { Finding } from './finding';
import { HomeFolder, homePath } from './home';
import { HomeImages } from './home-images';
import type { Images } from './images';
import type { ImportOptions, ImportOutcome } from './import/import';
import type { Leases } from './leases';
import type { ListOptions } from './list';
import { Machine } from './machine';
import { checkName } from './names';
import type { StartOptions, WorkOptions } from './progress';
import type { CreateRequest } from './request';
import type { Settings } from './settings';
import type { SetupOptions } from './setup';
import { Store } from './store';
import type { MachineSummary } from './summary';
import type { Workplace } from './workplace';

type HomeSettings = import('./home-settings').HomeSettings;

export interface HvkitOptions {
  /** Without it `$HVKIT_HOME`, `$MACHINE_STORAGE_PATH`, or `~/.hvkit`. */
  home?: string;
  /** In place of those that come with hvkit. */
  drivers?: readonly DriverDefinition[];
  env?: NodeJS.ProcessEnv;
  /** A CA and a client's certificate that are there already: taken over where this home has none. */
  certificates?: GivenCertificates;
  /** What people should know once: a fallback, a port that was taken. Without it, process.emitWarning. */
  onWarning?: (message: string) => void;
}

/** The machines of one home. */
export class Hvkit implements AsyncDisposable {
  readonly home: string;
  readonly #place: Workplace;
  readonly #images: HomeImages;
  #settings: HomeSettings | undefined;

  constructor(options: HvkitOptions = {}) {
    const { env = process.env, drivers, certificates = {}, onWarning } = options;
    const warn =
      onWarning ??
      ((message: string) => {
        process.emitWarning(message, 'HvkitWarning');
      });
    const home = new HomeFolder(homePath(options.home, env));
    const registry = new Registry(drivers, process.platform, env);
    this.home = home.path;
    this.#images = new HomeImages({ home: home.path, env, warn });
    this.#place = {
      home,
      store: new Store(home),
      drivers: new Drivers({ home, registry, env, warn }),
      docker: new DockerHome(home, () => this.#homeSettings.defaults(), certificates),
      env,
      readyMs: async () => (await this.#homeSettings.defaults()).timeout * 1000,
      warn,
    };
  }

  get settings(): Settings {
    return this.#homeSettings;
  }
  get images(): Images {
    return this.#images;
  }
  get leases(): Leases {
    const { HomeLeases } = require('./home-leases') as typeof import('./home-leases');
    return new HomeLeases(this.#place);
  }

  /** ERR_INVALID_NAME: no machine can be called so. */
  checkName(name: string): void {
    checkName(name);
  }
  /** Resolves when the machine answers over ssh. What fails leaves nothing behind. */
  async create(request: CreateRequest, options: StartOptions = {}): Promise<Machine> {
    const { beforehand, createMachine } = require('./create') as typeof import('./create');
    const { wantedBy } = require('./wanted') as typeof import('./wanted');
    // Which driver works here its hypervisor is asked, and one that hangs does not hear the signal.
    const looking = wantedBy(request, this.#place, this.#homeSettings, this.#images);
    const wanted = await beforehand(request.name, looking, options.signal);
    return new Machine(this.#place, await createMachine(this.#place, wanted, options));
  }
  /** Takes over machines of docker-machine's, whose store is only read. What cannot be taken is told of, and left. */
  async import(options: ImportOptions = {}): Promise<ImportOutcome[]> {
    const { importMachines } = require('./import/import') as typeof import('./import/import');
    const { wantedBy } = require('./wanted') as typeof import('./wanted');
    return importMachines(this.#place, options, (request, definition) =>
      wantedBy(request, this.#place, this.#homeSettings, this.#images, definition),
    );
  }
  /** ERR_NO_MACHINE: there is none of this name. */
  async machine(name: string): Promise<Machine> {
    return new Machine(this.#place, await this.#place.store.read(name));
  }
  /** Takes a folder of a machine's away again, whichever machine it is. */
  async unmount(mountPoint: string): Promise<void> {
    const { unmountFolder } = require('./mount') as typeof import('./mount');
    await unmountFolder(this.#place, mountPoint);
  }
  /** In the natural order of their names. A file that cannot be read is an error; list() has a row for it. */
  async machines(): Promise<Machine[]> {
    const { store } = this.#place;
    const records = await Promise.all((await store.names()).map((name) => store.find(name)));
    // One that was removed in between is none.
    return records.flatMap((record) => (record ? [new Machine(this.#place, record)] : []));
  }
  /** Every machine with its state. One that does not answer in time has the state `Timeout`. */
  async list(options?: ListOptions): Promise<MachineSummary[]> {
    const { listMachines } = require('./list') as typeof import('./list');
    return listMachines(this.#place, options);
  }
  /** What happens from when it is iterated, until the signal, also to machines that are made meanwhile. */
  events({ signal }: { signal?: AbortSignal } = {}): AsyncIterable<MachineEvent> {
    const { eventsOf } = require('./events') as typeof import('./events');
    return eventsOf(this.#place, signal);
  }

  /** Reads everything; changes nothing. With names, only what these machines have. */
  async doctor({ names }: { names?: readonly string[] } = {}): Promise<Finding[]> {
    const { examine } = require('./doctor') as typeof import('./doctor');
    return examine(this.#place, names);
  }
  /** As doctor(), and puts right what can be put right. */
  async repair(options?: WorkOptions & { names?: readonly string[] }): Promise<Finding[]> {
    const { repair } = require('./repair') as typeof import('./repair');
    return repair(this.#place, options);
  }
  /** Takes away all that this home has made on this host. Its settings stay. */
  async purge(options?: WorkOptions): Promise<void> {
    const { purge } = require('./purge') as typeof import('./purge');
    await purge(this.#place, options);
  }

  /**
   * A new CA, and a new certificate of this host's docker client. Machines whose certificates are of the old one are reached
   * until each has been given new ones, by regenerateCertificates().
   */
  async rotateCertificates(): Promise<void> {
    await this.#place.home.prepare();
    await this.#place.docker.rotate();
  }

  /** Makes ready what a driver wants of root on this host. Done again, it mends what is not as it should be. */
  async setup(driver: string, { onStep = () => undefined }: SetupOptions = {}): Promise<void> {
    const { setupOf } = require('./setup') as typeof import('./setup');
    await (await setupOf(this.#place, driver)).install(onStep);
  }
  /** Takes away what setup() has made. */
  async uninstall(driver: string, { onStep = () => undefined }: SetupOptions = {}): Promise<void> {
    const { setupOf } = require('./setup') as typeof import('./setup');
    await (await setupOf(this.#place, driver)).uninstall(onStep);
  }

  async drivers(): Promise<DriverInfo[]> {
    const { listDrivers } = require('./driver-list') as typeof import('./driver-list');
    return listDrivers(this.#place, this.#homeSettings);
  }
  /** The options of a driver, by its name or alias; without one, of the default driver. */
  async driverOptions(driver?: string): Promise<DriverOption[]> {
    const { listDriverOptions } = require('./driver-list') as typeof import('./driver-list');
    return listDriverOptions(this.#place, this.#homeSettings, driver);
  }

  /** Ends connections. What was handed out, such as a machine, is of no more use. */
  close(): Promise<void> {
    return this.#place.drivers.close();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #homeSettings(): HomeSettings {
    const { HomeSettings } = require('./home-settings') as typeof import('./home-settings');
    const { home, drivers, env } = this.#place;
    this.#settings ??= new HomeSettings(home, drivers.registry, env);
    return this.#settings;
  }
}
