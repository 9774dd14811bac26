import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import { z } from 'zod';

import type {
  Address,
  Driver,
  DriverContext,
  DriverDefinition,
  DriverMachine,
  MachineSpec,
  MachineState,
  Orphan,
  StateEvent,
  StateReading,
} from '../../src/drivers/driver';
import { HvError } from '../../src/errors';
import { textOf } from '../../src/files';
import { isPortFree, portCandidates } from '../../src/net/ports';
import type { Properties, Resource } from '../../src/resources/resource';
import { writeGuest } from './guest';

const LOOK = 20;

export const fileOptions = z.strictObject({
  guest: z
    .enum(['ssh', 'silent', 'panic', 'dies', 'login', 'no-address'])
    .default('ssh')
    .describe('what becomes of the guest: it answers, or does not'),
  refuse: z.boolean().default(false).describe('plan() says no'),
  refuseSpec: z.boolean().default(false).describe('check() says no'),
  broken: z.string().optional().describe('a resource that cannot be made, and one that cannot be deleted: `-disk`'),
});

/** Machines that are processes of this host, and files: all of a driver but the hypervisor. */
export const fileDriver: DriverDefinition = {
  contract: 1,
  name: 'file',
  aliases: ['plain'],
  platforms: [process.platform],
  priority: 1,
  capabilities: { pause: true, console: false, shares: false, publish: false, autostart: false, leases: false },
  options: fileOptions,
  health: () => Promise.resolve({ installed: true, healthy: true }),
  create: (context) => new FileDriver(context),
};

/** Where the guests of a home are, so to say in the hypervisor: by UUID, each with its files. */
function hostFolder({ home }: DriverContext): string {
  return join(home.path, 'host', home.id);
}

class FileDriver implements Driver {
  readonly #context: DriverContext;

  constructor(context: DriverContext) {
    this.#context = context;
  }

  check({ name, spec }: { name: string; spec: MachineSpec }): Promise<void> {
    if (!fileOptions.parse(spec.options).refuseSpec) return Promise.resolve();
    return Promise.reject(new HvError({ code: 'ERR_TEST_REFUSED', message: `No image would do for "${name}"` }));
  }

  plan({ name, spec }: Parameters<Driver['plan']>[0]): Promise<Properties> {
    const { refuse, ...options } = fileOptions.parse(spec.options);
    if (!refuse) return Promise.resolve(JSON.parse(JSON.stringify({ options })) as Properties);
    return Promise.reject(
      new HvError({ code: 'ERR_TEST_REFUSED', message: `There is no room for "${name}"`, hint: 'make room' }),
    );
  }

  resources(machine: DriverMachine): readonly Resource[] {
    const host = hostFolder(this.#context);
    const guest = this.#guest(machine);
    const of = (kind: string, parents: string[], file: string, properties: () => Promise<Properties>) =>
      new FileResource({ kind, parents, file, properties, broken: optionsOf(machine).broken });
    return [
      of('disk', [], join(host, `${machine.uuid}.disk`), () => Promise.resolve({ size: machine.spec.disk })),
      of('forward', [], join(host, `${machine.uuid}.forward`), async () => ({ host: await freePort(machine.uuid) })),
      new GuestResource(machine, guest),
    ];
  }

  states(machines: readonly DriverMachine[]): Promise<ReadonlyMap<string, StateReading>> {
    return Promise.resolve(new Map(machines.map((machine) => [machine.uuid, this.#guest(machine).reading()])));
  }

  watch(machine: DriverMachine, signal: AbortSignal): Promise<AsyncIterable<StateEvent>> {
    const guest = this.#guest(machine);
    const first = { state: stateOf(guest), process: guest.process };
    return Promise.resolve(this.#events(machine, guest, first, signal));
  }

  address(machine: DriverMachine): Promise<Address | undefined> {
    const port = machine.recorded('forward')?.['host'];
    const known = typeof port === 'number' && optionsOf(machine).guest !== 'no-address';
    return Promise.resolve(known ? { host: '127.0.0.1', sshPort: port } : undefined);
  }

  evidence(machine: DriverMachine): Promise<readonly string[]> {
    return Promise.resolve([`state: ${stateOf(this.#guest(machine))}`]);
  }

  async start(machine: DriverMachine, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const guest = this.#guest(machine);
    const port = machine.recorded('forward')?.['host'];
    if (typeof port !== 'number') throw new HvError({ code: 'ERR_TEST', message: 'no port is recorded' });
    const taken = !guest.runs && !(await isPortFree(port));
    const free = taken ? await freePort(machine.uuid, port) : port;
    if (taken) {
      await machine.record('forward', { host: free });
      this.#context.warn(`Port ${port} is in use: ${machine.name} is at ${free}`);
    }
    await guest.start(machine, free, optionsOf(machine).guest);
  }

  async stop(machine: DriverMachine, { signal }: { graceMs: number; signal: AbortSignal }): Promise<void> {
    await this.#guest(machine).end('SIGTERM', signal);
  }

  async kill(machine: DriverMachine): Promise<void> {
    await this.#guest(machine).end('SIGKILL');
  }

  async restart(machine: DriverMachine, { signal }: { graceMs: number; signal: AbortSignal }): Promise<void> {
    await this.#guest(machine).end('SIGTERM', signal);
    await this.start(machine, signal);
  }

  async pause(machine: DriverMachine): Promise<void> {
    await this.#guest(machine).becomes('SIGSTOP', 'Paused');
  }

  async resume(machine: DriverMachine): Promise<void> {
    await this.#guest(machine).becomes('SIGCONT', 'Running');
  }

  logs(machine: DriverMachine, { follow, signal }: { follow: boolean; signal: AbortSignal }): Promise<Readable> {
    return Promise.resolve(Readable.from(this.#guest(machine).prints(follow, signal), { objectMode: false }));
  }

  orphans(machines: readonly DriverMachine[]): Promise<readonly Orphan[]> {
    const host = hostFolder(this.#context);
    const known = new Set(machines.map(({ uuid }) => uuid));
    const names = existsSync(host) ? readdirSync(host) : [];
    return Promise.resolve(
      names
        .filter((name) => !known.has(name.slice(0, 36)))
        .map((name) => ({
          kind: 'file',
          name: `file ${name}`,
          delete: async () => {
            const guest = new Guest(join(host, name));
            if (guest.runs) await guest.end('SIGKILL');
            rmSync(join(host, name), { recursive: true, force: true });
          },
        })),
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #guest(machine: DriverMachine): Guest {
    return new Guest(join(hostFolder(this.#context), machine.uuid));
  }

  async *#events(
    { uuid }: DriverMachine,
    guest: Guest,
    first: { state: MachineState; process: string },
    signal: AbortSignal,
  ): AsyncGenerator<StateEvent> {
    let last = first;
    while (!signal.aborted) {
      // What is defined no more has no state.
      const now = guest.isDefined ? { state: stateOf(guest), process: guest.process } : last;
      // One that came and went between two looks has happened as well.
      if (now.state !== last.state || now.process !== last.process) {
        yield { uuid, state: now.state, detail: now.state === 'Stopped' ? 'its process ended' : 'seen' };
      }
      last = now;
      await delay(LOOK, undefined, { signal }).catch(() => undefined);
    }
  }
}

function optionsOf({ plan }: DriverMachine): z.output<typeof fileOptions> {
  return z.looseObject({ options: fileOptions }).parse(plan).options;
}

async function freePort(uuid: string, ...taken: number[]): Promise<number> {
  for (const port of portCandidates({ uuid, guest: 22, range: { first: 20_000, last: 30_000 }, taken })) {
    if (await isPortFree(port)) return port;
  }
  throw new HvError({ code: 'ERR_TEST', message: 'no port is free' });
}

function stateOf(guest: Guest): MachineState {
  const reading = guest.reading();
  return 'state' in reading ? reading.state : 'Error';
}

class FileResource implements Resource {
  readonly kind: string;
  readonly id: string;
  readonly parents: readonly string[];
  readonly #file: string;
  readonly #properties: () => Promise<Properties>;
  readonly #broken: string | undefined;

  constructor(of: {
    kind: string;
    parents: string[];
    file: string;
    properties: () => Promise<Properties>;
    broken: string | undefined;
  }) {
    this.kind = of.kind;
    this.id = of.kind;
    this.parents = of.parents;
    this.#file = of.file;
    this.#properties = of.properties;
    this.#broken = of.broken;
  }

  async create(): Promise<Properties> {
    const present = await this.read();
    if (present) return present;
    mkdirSync(join(this.#file, '..'), { recursive: true });
    const properties = await this.#properties();
    writeFileSync(`${this.#file}.new`, JSON.stringify(properties));
    if (this.#broken === this.id) throw new HvError({ code: 'ERR_TEST_BROKEN', message: `The ${this.kind} broke` });
    renameSync(`${this.#file}.new`, this.#file);
    return properties;
  }

  read(): Promise<Properties | undefined> {
    if (!existsSync(this.#file)) return Promise.resolve(undefined);
    return Promise.resolve(JSON.parse(readFileSync(this.#file, 'utf8')) as Properties);
  }

  delete(): Promise<void> {
    if (this.#broken === `-${this.id}`) {
      return Promise.reject(new HvError({ code: 'ERR_TEST_BROKEN', message: `The ${this.kind} stays` }));
    }
    for (const file of [`${this.#file}.new`, this.#file]) rmSync(file, { force: true });
    return Promise.resolve();
  }
}

/** The definition of a guest; deleting it ends the guest. */
class GuestResource implements Resource {
  readonly kind = 'guest';
  readonly id = 'guest';
  readonly parents = ['disk', 'forward'];
  readonly #machine: DriverMachine;
  readonly #guest: Guest;

  constructor(machine: DriverMachine, guest: Guest) {
    this.#machine = machine;
    this.#guest = guest;
  }

  create(): Promise<Properties> {
    this.#guest.define(this.#machine);
    return Promise.resolve({ name: this.#machine.name });
  }

  read(): Promise<Properties | undefined> {
    return Promise.resolve(this.#guest.isDefined ? { name: this.#machine.name } : undefined);
  }

  async delete(): Promise<void> {
    if (this.#guest.runs) await this.#guest.end('SIGKILL');
    rmSync(this.#guest.folder, { recursive: true, force: true });
  }
}

/** A process that is found again by its number and the time of its start. */
class Guest {
  constructor(readonly folder: string) {}

  get isDefined(): boolean {
    return existsSync(join(this.folder, 'defined'));
  }

  get runs(): boolean {
    return this.#pid() !== undefined;
  }

  /** Tells one process from the next. */
  get process(): string {
    const file = join(this.folder, 'pid');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  reading(): StateReading {
    if (!this.isDefined) {
      return { error: new HvError({ code: 'ERR_TEST_NO_GUEST', message: `There is no guest in ${this.folder}` }) };
    }
    const pid = this.#pid();
    if (pid === undefined) return { state: 'Stopped' };
    return { state: statOf(pid)?.state === 'T' ? 'Paused' : 'Running' };
  }

  define({ folder, image }: DriverMachine): void {
    mkdirSync(this.folder, { recursive: true });
    writeGuest(this.folder, folder, image?.user ?? 'nobody');
    writeFileSync(join(this.folder, 'defined'), '');
  }

  async start(machine: DriverMachine, port: number, kind: string): Promise<void> {
    if (!this.isDefined) throw new HvError({ code: 'ERR_TEST_NO_GUEST', message: `"${machine.name}" is not defined` });
    if (this.runs) {
      this.signal('SIGCONT');
      return;
    }
    const log = openSync(join(this.folder, 'console.log'), 'a');
    const before = this.process;
    const child = spawn('/bin/sh', [join(this.folder, 'run'), kind, String(port)], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    await once(child, 'spawn');
    // The guest says itself who it is: whoever started it may be killed before it could.
    while (this.process === before) await delay(LOOK);
    child.unref();
  }

  signal(name: NodeJS.Signals): void {
    const pid = this.#pid();
    if (pid !== undefined) process.kill(-pid, name);
  }

  /** A signal takes a moment to do what it does. */
  async becomes(name: NodeJS.Signals, wanted: MachineState): Promise<void> {
    this.signal(name);
    while (this.runs && stateOf(this) !== wanted) await delay(LOOK);
  }

  async end(name: NodeJS.Signals, signal?: AbortSignal): Promise<void> {
    this.signal('SIGCONT');
    this.signal(name);
    while (this.runs) await delay(LOOK, undefined, signal && { signal });
  }

  async *prints(follow: boolean, signal: AbortSignal): AsyncGenerator<string> {
    for (let from = 0; ;) {
      const text = (await textOf(join(this.folder, 'console.log'))) ?? '';
      if (text.length > from) yield text.slice(from);
      from = text.length;
      if (!follow || signal.aborted) return;
      await delay(LOOK, undefined, { signal }).catch(() => undefined);
    }
  }

  #pid(): number | undefined {
    if (this.process === '') return undefined;
    const { pid, since } = JSON.parse(this.process) as { pid: number; since: string };
    const stat = statOf(pid);
    return stat?.since === since && stat.state !== 'Z' ? pid : undefined;
  }
}

/** Of /proc: what comes after the name, which may hold anything. */
function statOf(pid: number): { state: string; since: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', since: fields[19] ?? '' };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
