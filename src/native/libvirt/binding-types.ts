/** What crosses the boundary to the addon: handles, plain data, and nothing else. */

import type { DomainBlockJobType, DomainControlState, DomainState, IPAddrType, VcpuState } from './enums';

declare const KIND: unique symbol;

/** An opaque native object. The addon tells kinds apart by itself; the type keeps them apart at compile time. */
export interface Handle<Kind extends string> {
  readonly [KIND]: Kind;
}

/** A typed parameter as libvirt gives it; a 64-bit one is always a BigInt. */
export type ParameterValue = boolean | number | bigint | string;
export type ParameterValues = Record<string, ParameterValue>;

/**
 * A typed parameter as it is given to libvirt, which is strict about types: a BigInt is an unsigned long long (a long long
 * when negative), a number an unsigned int (an int when negative). Where libvirt wants another one, say it: `{ llong: 5n }`.
 */
export type TypedParameter =
  ParameterValue | { int: number } | { uint: number } | { llong: bigint } | { ullong: bigint } | { double: number };
export type TypedParameters = Readonly<Record<string, TypedParameter | readonly TypedParameter[]>>;

export interface NodeInfo {
  /** CPU model. */
  model: string;
  /** KiB. */
  memory: bigint;
  /** Active CPUs. */
  cpus: number;
  mhz: number;
  /** NUMA cells. */
  nodes: number;
  /** Per cell. */
  sockets: number;
  /** Per socket. */
  cores: number;
  /** Per core. */
  threads: number;
}

export interface SecurityModel {
  model: string;
  doi: string;
}

export interface SecurityLabel {
  label: string;
  enforcing: boolean;
}

export interface DomainInfo {
  state: DomainState;
  /** KiB. */
  maxMemory: bigint;
  /** KiB. */
  memory: bigint;
  vcpus: number;
  /** Nanoseconds. */
  cpuTime: bigint;
}

export interface DomainControlInfo {
  state: DomainControlState;
  /** Of the state ERROR a DomainControlErrorReason. */
  details: number;
  /** Milliseconds in this state. */
  stateTime: bigint;
}

export interface DomainBlockInfo {
  /** Bytes that the guest sees. */
  capacity: bigint;
  /** Bytes in use on the host. */
  allocation: bigint;
  /** Bytes of the file or device on the host. */
  physical: bigint;
}

export interface DomainBlockJobInfo {
  type: DomainBlockJobType;
  /** MiB/s, or bytes/s if the flag asked for that; 0n is no limit. */
  bandwidth: bigint;
  /** How far it is on its way to `end`; what is counted, the hypervisor knows. */
  cur: bigint;
  end: bigint;
}

/** -1n where the hypervisor does not count. */
export interface DomainBlockStats {
  rdReq: bigint;
  rdBytes: bigint;
  wrReq: bigint;
  wrBytes: bigint;
  errs: bigint;
}

/** -1n where the hypervisor does not count. */
export interface DomainInterfaceStats {
  rxBytes: bigint;
  rxPackets: bigint;
  rxErrs: bigint;
  rxDrop: bigint;
  txBytes: bigint;
  txPackets: bigint;
  txErrs: bigint;
  txDrop: bigint;
}

export interface DomainInterface {
  name: string;
  mac: string | null;
  addresses: { type: IPAddrType; address: string; prefix: number }[];
}

export interface DomainFSInfo {
  mountpoint: string;
  name: string;
  fstype: string;
  devices: string[];
}

export interface DomainIOThreadInfo {
  id: number;
  /** A bit for each host CPU, the lowest first. */
  cpuMap: Buffer;
}

export interface DomainVcpu {
  number: number;
  state: VcpuState;
  /** Nanoseconds. */
  cpuTime: bigint;
  /** The host CPU it last ran on, -1 when offline. */
  cpu: number;
}

export interface NetworkDHCPLease {
  interface: string;
  /** Seconds since 1970; 0n is never. */
  expiryTime: bigint;
  /** An IPAddrType. */
  type: number;
  mac: string | null;
  iaid: string | null;
  address: string;
  prefix: number;
  hostname: string | null;
  /** As dnsmasq has it: what a DHCPRELEASE must say. */
  clientId: string | null;
}

export interface StoragePoolInfo {
  /** A StoragePoolState. */
  state: number;
  /** Bytes, as the other two. */
  capacity: bigint;
  allocation: bigint;
  available: bigint;
}

export interface StorageVolInfo {
  /** A StorageVolType. */
  type: number;
  /** Bytes. */
  capacity: bigint;
  /** Bytes. */
  allocation: bigint;
}
