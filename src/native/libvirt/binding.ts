import { loadAddon } from '../load';
import type {
  DomainBlockJobInfo,
  DomainVcpu,
  Handle,
  ParameterValues,
  SecurityLabel,
  TypedParameters,
} from './binding-types';
import type { LibvirtCalls } from './calls';

/**
 * The addon. Its functions have the names of libvirt's C functions; a failure rejects with plain data, of which errors.ts
 * makes the one error that users see. Use it through `call` and `field` (object.ts), never directly.
 */
export interface Binding extends LibvirtCalls, CallsByHand {
  /** `ask` is called on this thread while the open waits; it answers by `reply`, with null for "cannot". */
  open(
    uri: string | null,
    flags: number,
    credentialTypes: readonly number[],
    ask: ((credentials: NativeCredential[], reply: (answers: readonly string[] | null) => void) => void) | null,
  ): Promise<Handle<'Connection'>>;
  /** Resolves with the references that are left, 0 if libvirt really closed. */
  close(connection: Handle<'Connection'>): Promise<number>;
  /** A second handle of the same object: that the first is freed does not touch it. */
  share<Kind extends string>(handle: Handle<Kind>): Handle<Kind>;
  /** Frees now what the garbage collector would free later. */
  free(handle: Handle<string>): void;
  /** True: a call is about to be answered, turn the event loop once more instead of letting it sleep. */
  isAnswerNear(): boolean;
  libraryVersion(): number;
  EventSource: new (capacity: number, wake: () => void) => NativeEventSource;
}

export interface NativeCredential {
  type: number;
  prompt: string | null;
  challenge: string | null;
  defaultResult: string | null;
}

/** An event's details, under the names that native/libvirt/event_kinds.cc gives them. */
export type NativeEvent = Readonly<Record<string, unknown>>;

export interface NativeEventSource {
  start(connection: Handle<'Connection'>, family: string, id: number, object: Handle<string> | null): Promise<void>;
  /** At most so many; `dropped` were lost since the last call, all of them older than these. */
  take(most: number): { events: NativeEvent[]; dropped: number };
  stop(): Promise<void>;
  /** Whether this source keeps the process alive. */
  hold(held: boolean): void;
}

/** Functions whose C types do not say what they mean: native/libvirt/calls/*_by_hand.cc. */
export interface CallsByHand {
  virConnectGetAllDomainStats(
    connection: Handle<'Connection'>,
    groups: number,
    flags: number,
  ): Promise<NativeDomainStats[]>;
  virDomainListGetStats(
    connection: Handle<'Connection'>,
    domains: readonly Handle<'Domain'>[],
    groups: number,
    flags: number,
  ): Promise<NativeDomainStats[]>;
  virDomainBlockPeek(
    domain: Handle<'Domain'>,
    disk: string,
    offset: bigint | number,
    size: number,
    flags: number,
  ): Promise<Buffer>;
  virDomainGetBlockJobInfo(domain: Handle<'Domain'>, disk: string, flags: number): Promise<DomainBlockJobInfo | null>;
  virDomainGetCPUStats(
    domain: Handle<'Domain'>,
    startCpu: number,
    cpus: number,
    flags: number,
  ): Promise<ParameterValues[]>;
  virDomainGetDiskErrors(domain: Handle<'Domain'>, flags: number): Promise<{ disk: string; error: number }[]>;
  virDomainGetEmulatorPinInfo(domain: Handle<'Domain'>, mapLength: number, flags: number): Promise<Buffer>;
  virDomainGetID(domain: Handle<'Domain'>): number;
  virDomainGetSchedulerParameters(domain: Handle<'Domain'>): Promise<ParameterValues>;
  virDomainGetSchedulerParametersFlags(domain: Handle<'Domain'>, flags: number): Promise<ParameterValues>;
  virDomainGetSchedulerType(domain: Handle<'Domain'>): Promise<string>;
  virDomainGetSecurityLabelList(domain: Handle<'Domain'>): Promise<SecurityLabel[]>;
  virDomainGetVcpuPinInfo(domain: Handle<'Domain'>, vcpus: number, mapLength: number, flags: number): Promise<Buffer[]>;
  virDomainGetVcpus(domain: Handle<'Domain'>): Promise<DomainVcpu[]>;
  virDomainMemoryPeek(domain: Handle<'Domain'>, start: bigint | number, size: number, flags: number): Promise<Buffer>;
  virDomainMemoryStats(domain: Handle<'Domain'>, flags: number): Promise<[tag: number, value: bigint][]>;
  virDomainMigrate3(
    domain: Handle<'Domain'>,
    destination: Handle<'Connection'>,
    parameters: TypedParameters,
    flags: number,
  ): Promise<Handle<'Domain'>>;
  virDomainSendKey(
    domain: Handle<'Domain'>,
    codeset: number,
    holdMs: number,
    keys: readonly number[],
    flags: number,
  ): Promise<number>;

  virDomainGetUUIDString(domain: Handle<'Domain'>): string;
  virNetworkGetUUIDString(network: Handle<'Network'>): string;
  virNetworkPortGetUUIDString(port: Handle<'NetworkPort'>): string;
  virNWFilterGetUUIDString(filter: Handle<'NWFilter'>): string;
  virSecretGetUUIDString(secret: Handle<'Secret'>): string;
  virStoragePoolGetUUIDString(pool: Handle<'StoragePool'>): string;

  virNodeGetCPUMap(
    connection: Handle<'Connection'>,
    flags: number,
  ): Promise<{ present: number; online: number; map: Buffer }>;
  virNodeGetCPUStats(connection: Handle<'Connection'>, cpu: number, flags: number): Promise<Record<string, bigint>>;
  virNodeGetCellsFreeMemory(connection: Handle<'Connection'>, first: number, most: number): Promise<bigint[]>;
  virNodeGetMemoryStats(connection: Handle<'Connection'>, cell: number, flags: number): Promise<Record<string, bigint>>;
  /** For each cell, how many pages of each size are free. */
  virNodeGetFreePages(
    connection: Handle<'Connection'>,
    pageSizes: readonly number[],
    firstCell: number,
    cells: number,
    flags: number,
  ): Promise<bigint[][]>;
  /** How many cells were adjusted. */
  virNodeAllocPages(
    connection: Handle<'Connection'>,
    pageSizes: readonly number[],
    pageCounts: readonly number[],
    firstCell: number,
    cells: number,
    flags: number,
  ): Promise<number>;

  /** null: it has none. */
  virNodeDeviceGetParent(device: Handle<'NodeDevice'>): Promise<string | null>;
  virNodeDeviceListCaps(device: Handle<'NodeDevice'>): Promise<string[]>;
  virSecretGetValue(secret: Handle<'Secret'>, flags: number): Promise<Buffer>;
  virSecretSetValue(secret: Handle<'Secret'>, value: Uint8Array, flags: number): Promise<number>;

  /** Empty at the end, null when nothing has come yet. */
  virStreamRecv(stream: Handle<'Stream'>, size: number): Promise<Buffer | null>;
  /** How many bytes were taken; 0 when there is no room now. */
  virStreamSend(stream: Handle<'Stream'>, bytes: Uint8Array): Promise<number>;
}

export interface NativeDomainStats {
  domain: Handle<'Domain'>;
  stats: ParameterValues;
}

let loaded: Binding | undefined;

/** Loaded by its first use: a program that only imports hvkit does not need libvirt. */
export function native(): Binding {
  loaded ??= loadAddon<Binding>('libvirt');
  return loaded;
}
