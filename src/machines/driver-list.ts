import type { DriverDefinition } from '../drivers/driver';
import type { DriverInfo, DriverOption } from './driver-info';
import { driverOptionsOf } from './driver-options';
import type { HomeSettings } from './home-settings';
import type { Workplace } from './workplace';

/** The drivers of this system, and whether they work here. */
export async function listDrivers({ drivers }: Workplace, settings: HomeSettings): Promise<DriverInfo[]> {
  const context = await drivers.contextToLook();
  const definitions = byPriority(drivers.registry.all());
  const found = await Promise.all(
    definitions.map(async (definition) => ({ definition, health: await definition.health(context) })),
  );
  const { driver } = await settings.defaults();
  const usual = found.find(({ definition, health }) =>
    driver === undefined ? health.healthy && definition.priority > 0 : isCalled(definition, driver),
  );
  return found.map((each) => {
    const { name, aliases, capabilities } = each.definition;
    return { name, aliases, capabilities, health: each.health, default: each === usual };
  });
}

/** The options of one driver; if none is named, of the one that create() would take. */
export async function listDriverOptions(
  { drivers }: Workplace,
  settings: HomeSettings,
  name: string | undefined,
): Promise<DriverOption[]> {
  const { registry } = drivers;
  const chosen = name ?? (await settings.defaults()).driver;
  if (chosen !== undefined) return driverOptionsOf(await registry.get(chosen));
  const [only, ...others] = byPriority(registry.all()).filter(({ priority }) => priority > 0);
  if (only === undefined) return [];
  // Whether it works here is no question for a help text, and might start its daemon.
  if (others.length === 0) return driverOptionsOf(only);
  return driverOptionsOf(await registry.preferred(await drivers.contextToLook()).catch(() => only));
}

function byPriority(definitions: readonly DriverDefinition[]): DriverDefinition[] {
  return [...definitions].sort((one, other) => other.priority - one.priority);
}

function isCalled({ name, aliases }: DriverDefinition, called: string): boolean {
  return name === called || aliases.includes(called);
}
