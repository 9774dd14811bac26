import { once } from 'node:events';

import { HvError } from '../../errors';
import type { Properties } from '../../resources/resource';
import type { Address, Driver, DriverMachine, MachineSpec, StateEvent, StateReading } from '../driver';

const SSH_PORT = 22;

/** Nothing is made, and nothing is asked: of a URL hvkit knows what it was told. */
export class NoneDriver implements Driver {
  check({ spec }: { spec: MachineSpec }): Promise<void> {
    return Promise.resolve().then(() => {
      requireUrl(spec);
    });
  }

  plan({ spec }: { spec: MachineSpec }): Promise<Properties> {
    return Promise.resolve().then(() => ({ url: requireUrl(spec) }));
  }

  resources(): readonly never[] {
    return [];
  }

  /** Whether its Docker answers, who asks that is told. */
  states(machines: readonly DriverMachine[]): Promise<ReadonlyMap<string, StateReading>> {
    return Promise.resolve(new Map(machines.map(({ uuid }) => [uuid, { state: 'Running' as const }])));
  }

  watch(_machine: DriverMachine, signal: AbortSignal): Promise<AsyncIterable<StateEvent>> {
    return Promise.resolve(untilAborted(signal));
  }

  /** Of a socket in this host's file system there is none. */
  address(machine: DriverMachine): Promise<Address | undefined> {
    const url = urlOf(machine);
    const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, '$1') : '';
    return Promise.resolve(host === '' ? undefined : { host, sshPort: SSH_PORT });
  }

  ssh(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  url(machine: DriverMachine): Promise<string> {
    return Promise.resolve(urlOf(machine));
  }

  evidence(machine: DriverMachine): Promise<readonly string[]> {
    return Promise.resolve([`all that is known of it is its URL, ${urlOf(machine)}`]);
  }

  start(): Promise<void> {
    return Promise.reject(cannot('started'));
  }

  stop(): Promise<void> {
    return Promise.reject(cannot('stopped'));
  }

  kill(): Promise<void> {
    return Promise.reject(cannot('killed'));
  }

  restart(): Promise<void> {
    return Promise.reject(cannot('restarted'));
  }

  orphans(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** What a docker client takes for DOCKER_HOST. */
const HOST = /^(?:tcp|unix|ssh|https?|npipe|fd):\/\/\S+$/;

function requireUrl({ options: { url } }: MachineSpec): string {
  if (typeof url === 'string' && HOST.test(url) && URL.canParse(url)) return url;
  throw new HvError({
    code: 'ERR_NONE_URL',
    message:
      url === undefined
        ? '--url option is required when no driver is selected'
        : `--url ${JSON.stringify(url)} is no address that a docker client takes`,
    hint: 'hvkit create --driver none --url tcp://192.0.2.10:2376 NAME',
  });
}

function urlOf({ name, plan: { url } }: DriverMachine): string {
  if (typeof url === 'string') return url;
  throw new HvError({
    code: 'ERR_MACHINE_FILE',
    message: `Of the machine "${name}" no URL is recorded`,
    hint: 'Restore its file machine.json.',
  });
}

/** In docker-machine's words. */
function cannot(be: string): HvError {
  return new HvError({
    code: 'ERR_UNSUPPORTED',
    message: `hosts without a driver cannot be ${be}`,
    hint: 'A machine of the driver none is a URL: whoever runs its host does that.',
  });
}

/** Of a URL nothing is known to happen. */
async function* untilAborted(signal: AbortSignal): AsyncIterable<StateEvent> {
  if (!signal.aborted) await once(signal, 'abort');
  yield* [];
}
