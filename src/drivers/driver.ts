import type { Duplex, Readable } from 'node:stream';

import type { z } from 'zod';

import type { BootImage } from '../images/image';
import type { ShareType } from '../images/share-mount';
import type { HeadStart } from '../resources/engine';
import type { Entry, Properties, Resource } from '../resources/resource';
import type { SshTarget } from '../ssh/target';
import type { MachineSpec } from './spec';

export type * from './spec';

/** docker-machine's states. */
export type MachineState = 'Running' | 'Paused' | 'Saved' | 'Stopped' | 'Stopping' | 'Starting' | 'Error' | 'Timeout';

/** Where everything of ours lives. `id` tells this home's things on a host from another home's. */
export interface Home {
  readonly path: string;
  readonly id: string;
}

/** A machine as its driver sees it. */
export interface DriverMachine {
  readonly name: string;
  readonly uuid: string;
  /**
   * `<home>/machines/<name>`: id_ed25519, id_ed25519.pub, ssh_host_ed25519_key and its .pub are there before the driver's
   * resources, unless its machines take no keys.
   */
  readonly folder: string;
  readonly spec: MachineSpec;
  /** The image that `spec.image` named when the machine was made; of a driver whose machines take none, there is none. */
  readonly image?: BootImage;
  /** What Driver.plan settled. */
  readonly plan: Properties;
  /** What is recorded of one of its resources. */
  recorded(id: string): Properties | undefined;
  /**
   * Records, durably, what had to be settled anew while the machine started, such as another port; recorded() gives it from
   * then on. Only within start and restart, whose caller holds the machine's lock.
   */
  record(id: string, properties: Properties): Promise<void>;
}

/** Where the guest is reached from this host. */
export interface Address {
  /** Of the ssh server: the guest's own address, or 127.0.0.1 with a forwarded port. */
  host: string;
  sshPort: number;
  /** The guest's address in its own network, where it is known. */
  guest?: string;
  /** The guest's other ports that lead to it from `host`: where there are any, no others do. */
  ports?: readonly ForwardedPort[];
  /** The address is kept for the guest, which has not asked for one yet. */
  isPending?: true;
}

/** What tells of a machine's address, such as a file that changes. */
export interface AddressWatch extends Disposable {
  /**
   * Resolves when the address may have become known, or another one, since the watch was begun or this was asked last; and when so
   * much time has passed. Rejects when the signal comes.
   */
  changed(waitMs: number, signal: AbortSignal): Promise<unknown>;
}

/** A port of the guest's, and the one of this host that leads to it. */
export interface ForwardedPort {
  guest: number;
  host: number;
  protocol: 'tcp' | 'udp';
}

/** A state that was seen, or the reason why none could be. */
export type StateReading = { state: MachineState; reason?: string } | { error: unknown };

export interface StateEvent {
  uuid: string;
  state: MachineState;
  /** `crashed`, `shutdown by the guest`, `destroyed`. */
  detail: string;
}

export interface Health {
  installed: boolean;
  healthy: boolean;
  /** What is missing or wrong, in a sentence. */
  reason?: string;
  /** The exact command that mends it. */
  fix?: string;
  /** Of a healthy one: what is not yet there, and comes by itself. */
  note?: string;
  /** Of a healthy one: what should be done all the same, and the command. */
  advice?: { reason: string; fix: string };
}

/** Abilities beyond the common ones, as data: what is false or absent is refused before anything is made. */
export interface Capabilities {
  /** False: its machines are neither started nor stopped by it. */
  power?: false;
  pause: boolean;
  console: boolean;
  shares: boolean;
  publish: boolean;
  autostart: boolean;
  leases: boolean;
}

export interface DriverContext {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  /** Nothing will be made: what it warns of is what would be. */
  readonly dryRun?: true;
  /** What people should know once: a fallback, a port that was taken. */
  warn(message: string): void;
}

export interface DriverDefinition {
  /** The version of this contract that it was written for. */
  readonly contract: 1;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly platforms: readonly NodeJS.Platform[];
  /** Of several healthy drivers the highest is the default; one with 0 is taken only where it is named. */
  readonly priority: number;
  readonly capabilities: Capabilities;
  /** What its machines take of hvkit: all, unless it says otherwise. A machine that is there already takes neither. */
  readonly takes?: {
    /** False: it boots no image, and `--image` is refused with all that a machine is made with. */
    readonly image?: false;
    /** False: hvkit makes no keys for its machines, and `Driver.ssh` tells how to log in. */
    readonly keys?: false;
    /** False: it is a Docker host as it stands, and hvkit makes it none. */
    readonly docker?: false;
  };
  /**
   * Becomes `--<name>-<option>`, the variable `<NAME>_<OPTION>`, docs and config.yaml. Each has .describe() and, where it has
   * one, .default(); .meta({ flag, variable }) calls those otherwise.
   */
  readonly options: z.ZodObject;
  /** The image that an option of its own names, for drivers that had one before --image was there. */
  imageIn?(options: Properties): string | undefined;
  /** Which of its options say the same as a common one: where a request has that, a default of these counts for nothing. */
  readonly sameAs?: Readonly<Record<string, 'cpus' | 'memory' | 'disk' | 'network'>>;
  /** `options`: those that a machine is asked for with, as they were given, where it is about one. */
  health(context: DriverContext, options?: Properties): Promise<Health>;
  create(context: DriverContext): Driver;
  /** What it wants of root on this host, once. */
  setup?(context: DriverContext): HostSetup;
}

/** Installs what runs as root, and takes it away again. Both can be done any number of times. */
export interface HostSetup {
  /** Tells what was done. */
  install(say: (line: string) => void): Promise<void>;
  uninstall(say: (line: string) => void): Promise<void>;
}

/** What is recorded of a machine as if it had been made here. */
export interface Adopted {
  plan: Properties;
  /** By their ids. */
  resources: Readonly<Record<string, Entry>>;
}

/** What a driver is: the resources of a machine, and a few live calls. */
export interface Driver {
  /** Refuses what no image would change, before one is fetched. plan() looks once more: fetching takes its time. */
  check?(request: { name: string; spec: MachineSpec }): Promise<void>;
  /**
   * Settles what the spec leaves open (connection, network, accelerator) and refuses, before anything is made, what cannot be
   * here. The answer is stored with the machine and never settled again.
   */
  plan(request: { name: string; uuid: string; spec: MachineSpec; image?: BootImage }): Promise<Properties>;
  /** Of docker-machine's programs, and asked of no other: a machine that is there already, by what the program has written of it. */
  adopt?(config: string): Adopted;
  resources(machine: DriverMachine): readonly Resource[];

  /** The states of any number of machines, by UUID: one request to the hypervisor, not one each. */
  states(machines: readonly DriverMachine[]): Promise<ReadonlyMap<string, StateReading>>;
  /** What happens to the machine after this call, until the signal ends it. Resolves once nothing more is missed. */
  watch(machine: DriverMachine, signal: AbortSignal): Promise<AsyncIterable<StateEvent>>;
  /** Undefined: not known yet. Of a stopped machine it may be known as well. */
  address(machine: DriverMachine): Promise<Address | undefined>;
  /** Where something tells of it: whoever waits asks for the address then, and not only once in a while. */
  watchAddress?(machine: DriverMachine): AddressWatch;
  /**
   * How to log in, where that is not at its address with the keys that hvkit made and the image's user. Undefined: nobody can,
   * and it is enough that the machine runs.
   */
  ssh?(machine: DriverMachine): Promise<SshTarget | undefined>;
  /** Where its Docker daemon answers, where that is not port 2376 of its address. Undefined: not known yet. */
  url?(machine: DriverMachine): Promise<string | undefined>;
  /**
   * What is known of a machine that has no address, for the error that says so: lease table, ARP, the hypervisor's words. What
   * its console said is added, of `logs`.
   */
  evidence(machine: DriverMachine): Promise<readonly string[]>;

  /** What a first start can do before all is made. start() goes on from there. Undefined: nothing that would take long. */
  headStart?(machine: DriverMachine): HeadStart | undefined;
  /** Resolves when the machine runs, long before its system is up. */
  start(machine: DriverMachine, signal: AbortSignal): Promise<void>;
  /** Presses the power button and waits for the end; after the grace period the plug is pulled. */
  stop(machine: DriverMachine, options: { graceMs: number; signal: AbortSignal }): Promise<void>;
  kill(machine: DriverMachine): Promise<void>;
  /** Restarts the guest, keeping what the hypervisor has of it. */
  restart(machine: DriverMachine, options: { graceMs: number; signal: AbortSignal }): Promise<void>;

  pause?(machine: DriverMachine): Promise<void>;
  resume?(machine: DriverMachine): Promise<void>;
  console?(machine: DriverMachine): Promise<Duplex>;
  /**
   * By what its shared folders reach the guest, as its seed says. Where this is told, a guest that has not mounted them by the time
   * that it answers is asked to, and says why it cannot.
   */
  shareType?(machine: DriverMachine): ShareType | undefined;
  /** What the console has printed; with `follow` also what it prints from now on, until the signal. */
  logs?(machine: DriverMachine, options: { follow: boolean; signal: AbortSignal }): Promise<Readable>;

  /** What bears this home's mark on this host and belongs to none of these machines. */
  orphans(machines: readonly DriverMachine[]): Promise<readonly Orphan[]>;
  /** DHCP leases of this home's networks. */
  leases?(): Promise<readonly Lease[]>;
  release?(lease: Lease): Promise<void>;

  /** Ends connections. */
  close(): Promise<void>;
}

export interface Orphan {
  kind: string;
  /** For people: `domain hvkit-1f3a-dev on qemu:///system`. */
  name: string;
  /** No fault: what the next machine gains by. It goes when all is to go. */
  isCache?: true;
  /** The command that takes it away, where this user cannot: delete() then says so. */
  fix?: string;
  delete(): Promise<void>;
}

export interface Lease {
  network: string;
  address: string;
  mac: string;
  /** As the server's table shows it: a release must repeat it. */
  clientId?: string;
  hostname?: string;
  /** Seconds since 1970; 0: never. */
  expires: number;
  /** The machine of this home that it belongs to. */
  machine?: string;
}
