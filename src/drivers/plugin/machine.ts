import type { Properties, Resource, Step } from '../../resources/resource';
import type { Adopted, DriverMachine } from '../driver';
import type { Plugin } from './plugin';
import type { Sessions } from './sessions';

export const MACHINE = 'machine';
const KIND = 'machine of the driver';

/** Made by its driver's program, which alone knows what it consists of. */
export interface MachineProperties extends Properties {
  /** JSON, as the program wrote it: read and written again, large numbers in it would be others. */
  config: string;
  /** From before Create on there may be something to remove; whether there is, only the program knows. */
  stage: 'begun' | 'made';
}

/** The program's configuration of a machine, as it was recorded last. */
export function configOf({ recorded, plan }: Pick<DriverMachine, 'recorded' | 'plan'>): string {
  const config = recorded(MACHINE)?.['config'] ?? plan['config'];
  return typeof config === 'string' ? config : '';
}

/** What is to be recorded of a machine that docker-machine has had made: from then on it is as one that hvkit had made. */
export function adopted(config: string): Adopted {
  const properties: MachineProperties = { config, stage: 'made' };
  return { plan: { config }, resources: { [MACHINE]: { kind: KIND, state: 'ready', properties } } };
}

export class PluginMachine implements Resource<MachineProperties> {
  readonly kind = KIND;
  readonly id = MACHINE;
  readonly parents = [];
  readonly #machine: DriverMachine;
  readonly #sessions: Sessions;

  constructor(machine: DriverMachine, sessions: Sessions) {
    this.#machine = machine;
    this.#sessions = sessions;
  }

  async create(step: Step): Promise<MachineProperties> {
    const before = step.recorded(MACHINE);
    if (before?.['stage'] === 'made') return before as MachineProperties;
    // What a killed process began cannot be gone on with: no driver could. It is begun anew, as it was planned.
    if (before?.['stage'] === 'begun') {
      await this.delete(step);
      await this.#sessions.forget(this.#machine.uuid);
    }
    const config = configOf({ plan: this.#machine.plan, recorded: () => undefined });
    return await this.#sessions.on(this.#machine.uuid, config, async (plugin) => {
      await step.note({ config: plugin.held, stage: 'begun' });
      plugin.onLine = (line) => {
        step.progress(line);
      };
      try {
        await plugin.work('Create', { signal: step.signal });
      } catch (error) {
        await noteWhatIsKnown(plugin, step);
        throw error;
      } finally {
        plugin.onLine = undefined;
      }
      return { config: await plugin.config(), stage: 'made' };
    });
  }

  /** What it consists of, only its driver knows: a driver that tells its state has it. */
  async read(step: Step): Promise<MachineProperties | undefined> {
    const recorded = step.recorded(MACHINE);
    if (recorded?.['stage'] !== 'made') return undefined;
    return this.#on(step, async (plugin) => {
      const state = await plugin.state();
      return state === undefined ? undefined : (recorded as MachineProperties);
    });
  }

  async delete(step: Step): Promise<void> {
    if (step.recorded(MACHINE)?.['stage'] === undefined) return;
    await this.#on(step, (plugin) => plugin.work('Remove', { signal: step.signal }));
  }

  #on<T>(step: Step, work: (plugin: Plugin) => Promise<T>): Promise<T> {
    const config = configOf({ plan: this.#machine.plan, recorded: (id) => step.recorded(id) });
    return this.#sessions.on(this.#machine.uuid, config, work);
  }
}

/** Such as the id of what it has made by then: without it, it could not be removed. */
async function noteWhatIsKnown(plugin: Plugin, step: Step): Promise<void> {
  if (!plugin.isUsable) return;
  // A failure to find out must not hide the one before.
  const config = await plugin.glance().catch(() => undefined);
  if (config !== undefined) await step.note({ config });
}
