import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import type { Properties, Resource } from '../../resources/resource';
import type { SshTarget } from '../../ssh/target';
import type {
  Address,
  Adopted,
  Driver,
  DriverContext,
  DriverMachine,
  MachineSpec,
  MachineState,
  Orphan,
  StateEvent,
  StateReading,
} from '../driver';
import type { Flag } from './flags';
import { awaitHostKey, pinnedHostKey, type Door } from './host-key';
import { adopted, configOf, MACHINE, PluginMachine } from './machine';
import type { Patience } from './patience';
import type { Plugin } from './plugin';
import { Sessions } from './sessions';

/** Nothing tells of a change: they are asked, and may have to ask somebody far away. */
const LOOK_MS = 3000;
/** Between two looks whether a machine is in the state that it was told to be in. */
const SOON_MS = 500;
/** In which nobody will be met in it. */
const OVER: readonly MachineState[] = ['Stopped', 'Saved', 'Error'];
/** For a machine that was unplugged to be off. */
const UNPLUG_MS = 60_000;

/** A driver of docker-machine's: a program that does the work, and that is told so. */
export class PluginDriver implements Driver {
  readonly #context: DriverContext;
  readonly #name: string;
  readonly #flags: readonly Flag[];
  readonly #sessions: Sessions;

  constructor(
    context: DriverContext,
    { name, file, flags, patience }: { name: string; file: string; flags: readonly Flag[]; patience: Patience },
  ) {
    this.#context = context;
    this.#name = name;
    this.#flags = flags;
    this.#sessions = new Sessions({ name, file, env: context.env }, patience);
  }

  /** As docker-machine has its store: the program keeps what it keeps in `<StorePath>/machines/<MachineName>`. */
  plan({ name, spec }: { name: string; spec: MachineSpec }): Promise<Properties> {
    const bare = JSON.stringify({ MachineName: name, StorePath: this.#context.home.path });
    return this.#sessions.alone(bare, async (plugin) => {
      await plugin.setFlags(this.#flags, spec.options);
      await plugin.work('PreCreateCheck');
      return { config: await plugin.config() };
    });
  }

  adopt(config: string): Adopted {
    return adopted(config);
  }

  resources(machine: DriverMachine): readonly Resource[] {
    return [new PluginMachine(machine, this.#sessions)];
  }

  /** Each answers for itself: one that hangs does not hold up the others. */
  async states(machines: readonly DriverMachine[]): Promise<ReadonlyMap<string, StateReading>> {
    return new Map(
      await Promise.all(machines.map(async (machine) => [machine.uuid, await this.#reading(machine)] as const)),
    );
  }

  async watch(machine: DriverMachine, signal: AbortSignal): Promise<AsyncIterable<StateEvent>> {
    return this.#events(machine, await this.#reading(machine), signal);
  }

  address(machine: DriverMachine): Promise<Address | undefined> {
    return this.#on(machine, addressIn);
  }

  ssh(machine: DriverMachine): Promise<SshTarget> {
    return this.#on(machine, async (plugin) => {
      const door = await this.#door(machine, plugin);
      if (!door) throw this.#nowhere(machine);
      const { host, port } = door;
      return {
        host,
        port,
        user: await plugin.text('GetSSHUsername'),
        identityFile: await plugin.text('GetSSHKeyPath'),
        hostKey: await pinnedHostKey(door),
      };
    });
  }

  async url(machine: DriverMachine): Promise<string | undefined> {
    if (!machine.spec.docker) return undefined;
    return this.#on(machine, (plugin) => told(plugin.text('GetURL')));
  }

  async evidence(machine: DriverMachine): Promise<readonly string[]> {
    return this.#on(machine, async (plugin) => {
      const state = await plugin.state();
      const address = await addressIn(plugin);
      const place = address ? `${address.host}, ssh at port ${address.sshPort}` : 'no address';
      const words = plugin.words.map((line) => `  ${line}`);
      return [
        `the driver "${this.#name}" says: ${state ?? 'no such machine'}, ${place}`,
        ...(words.length === 0 ? [] : ['it said last:', ...words]),
      ];
    });
  }

  async start(machine: DriverMachine, signal: AbortSignal): Promise<void> {
    await this.#on(machine, async (plugin) => {
      if ((await plugin.state(signal)) !== 'Running') await plugin.work('Start', { signal });
      await this.#runs(machine, plugin, signal);
    });
  }

  async restart(machine: DriverMachine, { signal }: { graceMs: number; signal: AbortSignal }): Promise<void> {
    await this.#on(machine, async (plugin) => {
      const isOn = (await plugin.state(signal)) === 'Running';
      await plugin.work(isOn ? 'Restart' : 'Start', { signal });
      await this.#runs(machine, plugin, signal);
    });
  }

  async stop(machine: DriverMachine, { graceMs, signal }: { graceMs: number; signal: AbortSignal }): Promise<void> {
    await this.#on(machine, async (plugin) => {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(graceMs)]);
      try {
        await plugin.work('Stop', { signal: patience });
        await becomes(plugin, 'Stopped', patience);
      } catch (error) {
        if (signal.aborted || !patience.aborted) throw error;
        await unplug(plugin);
      }
    });
  }

  async kill(machine: DriverMachine): Promise<void> {
    await this.#on(machine, unplug);
  }

  orphans(): Promise<readonly Orphan[]> {
    // What such a driver makes bears no mark of ours, and it lists nothing.
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    return this.#sessions.close();
  }

  #on<T>(machine: DriverMachine, work: (plugin: Plugin) => Promise<T>): Promise<T> {
    return this.#sessions.on(machine.uuid, configOf(machine), work);
  }

  async #reading(machine: DriverMachine): Promise<StateReading> {
    try {
      const state = await this.#on(machine, (plugin) => plugin.state());
      return state === undefined ? { error: this.#gone(machine) } : { state };
    } catch (error) {
      if (HvError.is(error) && error.code === 'ERR_PLUGIN_TIMEOUT') return { state: 'Timeout', reason: error.message };
      return { error };
    }
  }

  /** Its address may be another one than before: it is in the configuration then. */
  async #runs(machine: DriverMachine, plugin: Plugin, signal: AbortSignal): Promise<void> {
    await becomes(plugin, 'Running', signal);
    await awaitHostKey(async () => {
      const state = await plugin.state(signal);
      if (state === undefined || OVER.includes(state)) throw this.#died(machine, state);
      return this.#door(machine, plugin);
    }, signal);
    const before = configOf(machine);
    const config = await plugin.config();
    if (config !== before) await machine.record(MACHINE, { ...machine.recorded(MACHINE), config });
  }

  async #door({ name, folder }: DriverMachine, plugin: Plugin): Promise<Door | undefined> {
    const address = await addressIn(plugin);
    if (!address) return undefined;
    const warn = (message: string): void => {
      this.#context.warn(message);
    };
    return { name, folder, host: address.host, port: address.sshPort, warn };
  }

  async *#events(machine: DriverMachine, first: StateReading, signal: AbortSignal): AsyncGenerator<StateEvent> {
    let last = 'state' in first ? first.state : undefined;
    for (;;) {
      if (!(await delay(LOOK_MS, true, { signal, ref: false }).catch(() => false))) return;
      const reading = await this.#reading(machine);
      if ('error' in reading || reading.state === last) continue;
      last = reading.state;
      yield { uuid: machine.uuid, state: reading.state, detail: 'seen' };
    }
  }

  #gone({ name }: DriverMachine): HvError {
    return new HvError({
      code: 'ERR_PLUGIN_GONE',
      message: `The driver "${this.#name}" knows of no machine "${name}"`,
      hint: `hvkit rm ${name}`,
    });
  }

  #died({ name }: DriverMachine, state: MachineState | undefined): HvError {
    return new HvError({
      code: 'ERR_MACHINE_DIED',
      message: `The machine "${name}" ended while it was starting: the driver "${this.#name}" says ${state ?? 'that there is none'}`,
      hint: 'The tools of whoever runs it there may tell why.',
    });
  }

  #nowhere({ name }: DriverMachine): HvError {
    return new HvError({
      code: 'ERR_NO_ADDRESS',
      message: `The driver "${this.#name}" does not tell where the machine "${name}" is`,
      hint: `hvkit status ${name}`,
    });
  }
}

async function unplug(plugin: Plugin): Promise<void> {
  if ((await plugin.state()) === 'Stopped') return;
  await plugin.work('Kill');
  await becomes(plugin, 'Stopped', AbortSignal.timeout(UNPLUG_MS));
}

async function becomes(plugin: Plugin, wanted: MachineState, signal: AbortSignal): Promise<void> {
  while ((await plugin.state(signal)) !== wanted) await delay(SOON_MS, undefined, { signal });
}

async function addressIn(plugin: Plugin): Promise<Address | undefined> {
  const host = await told(plugin.text('GetSSHHostname'));
  const sshPort = await told(plugin.number('GetSSHPort'));
  if (host === undefined || host === '' || sshPort === undefined || sshPort === 0) return undefined;
  const guest = await told(plugin.text('GetIP'));
  return { host, sshPort, ...(guest !== undefined && guest !== '' && { guest }) };
}

/** What the driver itself refuses to tell is not known yet. */
async function told<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (HvError.is(error) && error.code === 'ERR_PLUGIN_FAILED') return undefined;
    throw error;
  }
}
