import type { Json, Machine } from '../../index';
import { authFields, engineFields, swarmFields } from './options';
import { fieldOf, isFields, type Fields, type Value } from '../template/value';

/**
 * What docker-machine's `inspect` tells of a machine, in its names, as far as there is the like here: scripts read
 * `.Driver.IPAddress`. Nothing of it is called as hvkit's own, which begin with small letters.
 */
export function inspected(machine: Machine, home: string): Fields {
  const own = valueOf(machine.inspect());
  const of = (...path: string[]): Value => path.reduce<Value>(inside, own);
  const { name, spec, driverName } = machine;
  const address = of('address', 'host');
  return {
    ConfigVersion: 3n,
    Driver: {
      IPAddress: '',
      MachineName: name,
      SSHUser: of('plan', 'user') ?? of('image', 'user') ?? '',
      SSHPort: of('address', 'sshPort') ?? 0n,
      SSHKeyPath: of('resources', 'key', 'properties', 'file') ?? '',
      StorePath: home,
      CPU: BigInt(spec.cpus),
      Memory: BigInt(spec.memory),
      // MiB, as there.
      DiskSize: BigInt(Math.round(spec.disk / 2 ** 20)),
      ...toldByDriver(of('resources', 'machine', 'properties', 'config')),
      ...(address !== undefined && { IPAddress: address }),
    },
    DriverName: driverName,
    HostOptions: {
      Driver: '',
      Memory: 0n,
      Disk: 0n,
      EngineOptions: engineFields(spec),
      SwarmOptions: swarmFields(spec),
      AuthOptions: authFields(spec, { home, folder: machine.folder }),
    },
    Name: name,
  };
}

/** What a driver of docker-machine's wrote of its machine, in its own names: `.Driver.PrivateIPAddress`. */
function toldByDriver(config: Value): Fields {
  if (typeof config !== 'string') return {};
  try {
    const told = valueOf(JSON.parse(config) as Json);
    return isFields(told) ? told : {};
  } catch {
    // Of a driver of another kind, which calls something of its own so.
    return {};
  }
}

/** For templates: hvkit's own, and docker-machine's beside it. */
export function templateData(machine: Machine, home: string): Fields {
  const own = valueOf(machine.inspect());
  return { ...(isFields(own) ? own : {}), ...inspected(machine, home) };
}

/** Whole numbers as such: so bytes are printed to the last digit, and `eq .spec.cpus 2` holds. */
function valueOf(json: Json): Value {
  if (Array.isArray(json)) return json.map(valueOf);
  if (typeof json === 'object' && json !== null) {
    return Object.fromEntries(Object.entries(json).map(([name, each]) => [name, valueOf(each)]));
  }
  return typeof json === 'number' && Number.isSafeInteger(json) ? BigInt(json) : json;
}

function inside(value: Value, name: string): Value {
  return isFields(value) ? fieldOf(value, name) : undefined;
}
