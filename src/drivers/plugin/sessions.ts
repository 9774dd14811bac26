import { HvError } from '../../errors';
import type { Patience } from './patience';
import { Plugin } from './plugin';
import type { Program } from './process';

/** The programs at work: one for each machine, whose configuration it holds. */
export class Sessions {
  readonly #program: Program;
  readonly #patience: Patience;
  readonly #open = new Map<string, Promise<Plugin>>();
  /** By machine: the configurations that it has had here, the last one last. */
  readonly #known = new Map<string, Set<string>>();

  constructor(program: Program, patience: Patience) {
    this.#program = program;
    this.#patience = patience;
  }

  /** With a program of its own, for a machine that there is not yet. */
  async alone<T>(config: string, work: (plugin: Plugin) => Promise<T>): Promise<T> {
    await using plugin = await this.#start(config);
    return await work(plugin);
  }

  /**
   * `config`: as it was recorded when somebody looked, which may have been before what was done here since. One that was never
   * met here is another process's doing, and holds.
   */
  async on<T>(uuid: string, config: string, work: (plugin: Plugin) => Promise<T>): Promise<T> {
    const last = [...(this.#known.get(uuid) ?? [])];
    const plugin = await this.#of(uuid, last.includes(config) ? (last.at(-1) ?? config) : config);
    try {
      return await work(plugin);
    } catch (error) {
      // Of one that goes on with what was given up, nobody knows what it does.
      const isItsOwn = HvError.is(error) && error.code === 'ERR_PLUGIN_FAILED';
      if (!isItsOwn) await this.#end(uuid, plugin);
      throw error;
    } finally {
      this.#met(uuid, plugin.held);
    }
  }

  /** Of a machine that is made once more: nothing of the one before it holds. */
  async forget(uuid: string): Promise<void> {
    this.#known.delete(uuid);
    const open = await this.#open.get(uuid);
    if (open) await this.#end(uuid, open);
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(open.map(async (plugin) => (await plugin).close()));
  }

  async #of(uuid: string, config: string): Promise<Plugin> {
    const open = this.#open.get(uuid);
    if (open) {
      const plugin = await open;
      if (plugin.isUsable && plugin.held === config) return plugin;
      await this.#end(uuid, plugin);
    }
    // After the last wait: two who ask at the same time have one program.
    const other = this.#open.get(uuid);
    if (other) return this.#of(uuid, config);
    this.#met(uuid, config);
    const started = this.#start(config);
    this.#open.set(uuid, started);
    started.catch(() => {
      this.#forget(uuid, started);
    });
    return started;
  }

  #met(uuid: string, config: string): void {
    const known = this.#known.get(uuid) ?? new Set();
    known.delete(config);
    this.#known.set(uuid, known.add(config));
  }

  async #end(uuid: string, plugin: Plugin): Promise<void> {
    const open = this.#open.get(uuid);
    if (open && (await open) === plugin) this.#forget(uuid, open);
    await plugin.close();
  }

  #forget(uuid: string, open: Promise<Plugin>): void {
    if (this.#open.get(uuid) === open) this.#open.delete(uuid);
  }

  async #start(config: string): Promise<Plugin> {
    const plugin = await Plugin.start(this.#program, this.#patience);
    try {
      await plugin.setConfig(config);
      return plugin;
    } catch (error) {
      await plugin.close();
      throw error;
    }
  }
}
