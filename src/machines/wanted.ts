import type { DriverDefinition } from '../drivers/driver';
import { HvError } from '../errors';
import type { Properties } from '../resources/resource';
import { refuseTwice, type Wanted } from './create';
import type { HomeImages } from './home-images';
import type { HomeSettings } from './home-settings';
import { checkName } from './names';
import { precreate } from './precreate';
import type { CreateRequest } from './request';
import { checkRequest, specFromRequest } from './spec-from-request';
import type { Workplace } from './workplace';

const NO_DRIVER = new Set(['ERR_DRIVER_PLATFORM', 'ERR_DRIVER_UNHEALTHY']);

/** What was asked for, with what is usual where nothing was said. `found`: the driver, where no name says which one is meant. */
export async function wantedBy(
  request: CreateRequest,
  place: Workplace,
  settings: HomeSettings,
  images: HomeImages,
  found?: DriverDefinition,
): Promise<Wanted> {
  checkRequest(request);
  const { name } = request;
  checkName(name);
  await refuseTwice(place, name);
  const defaults = await settings.defaults();
  const optionsOf = async (definition: DriverDefinition): Promise<Properties> => ({
    ...(await settings.driverDefaults(definition)),
    ...request.options,
  });
  const definition = found ?? (await driverFor(request.driver ?? defaults.driver, place, optionsOf));
  const spec = await specFromRequest(request, {
    definition,
    defaults,
    driverDefaults: await settings.driverDefaults(definition),
    defaultImage: (docker) => images.defaultName(docker),
  });
  const { image, checksum } = spec;
  if (image === undefined) return { name, definition, spec, image: undefined };
  // What is stored and shown is without the login that a URL may hold.
  const shown = { ...spec, image: images.shownName(image) };
  return { name, definition, spec: shown, image: (work) => images.resolve(image, { ...work, checksum }) };
}

async function driverFor(
  name: string | undefined,
  { drivers }: Workplace,
  optionsOf: (definition: DriverDefinition) => Promise<Properties>,
): Promise<DriverDefinition> {
  if (name !== undefined) return drivers.registry.get(name);
  try {
    return await drivers.registry.preferred(await drivers.contextToLook(), optionsOf);
  } catch (error) {
    // A setting that is wrong is no fault of the driver's.
    throw HvError.is(error) && NO_DRIVER.has(error.code) ? precreate(error) : error;
  }
}
