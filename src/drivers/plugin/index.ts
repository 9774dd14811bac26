import type { DriverDefinition } from '../driver';
import { PluginDriver } from './driver';
import { schemaOf, type Flag } from './flags';
import { PATIENCE, type Patience } from './patience';
import { Sessions } from './sessions';

export { findPlugin } from './find';

/** For whoever asks for the flags alone: docker-machine gives the same name. */
const NOBODY = JSON.stringify({ MachineName: 'flag-lookup' });

interface PluginProgram {
  name: string;
  file: string;
}

/** A program for docker-machine as a driver of hvkit. It is run, to ask what flags it has. */
export async function pluginDriver(
  { env, ...program }: PluginProgram & { env: NodeJS.ProcessEnv },
  patience: Patience = PATIENCE,
): Promise<DriverDefinition> {
  const flags = await new Sessions({ ...program, env }, patience).alone(NOBODY, (plugin) => plugin.flags());
  return definitionOf({ ...program, flags, patience });
}

export function definitionOf(
  program: PluginProgram & { flags: readonly Flag[]; patience: Patience },
): DriverDefinition {
  const { name, flags } = program;
  return {
    contract: 1,
    name,
    aliases: [],
    platforms: [process.platform],
    priority: 0,
    takes: { image: false, keys: false },
    capabilities: { pause: false, console: false, shares: false, publish: false, autostart: false, leases: false },
    options: schemaOf(name, flags),
    health: () => Promise.resolve({ installed: true, healthy: true }),
    create: (context) => new PluginDriver(context, program),
  };
}
