import type { NativeEvent } from './binding';
import type { Handle, ParameterValues } from './binding-types';
import type { Connection } from './connection';
import { Domain } from './domain';
import {
  DomainEventID,
  NetworkEventID,
  NodeDeviceEventID,
  SecretEventID,
  StoragePoolEventID,
  type ConnectDomainEventAgentLifecycleReason,
  type ConnectDomainEventAgentLifecycleState,
  type ConnectDomainEventBlockJobStatus,
  type ConnectDomainEventDiskChangeReason,
  type DomainBlockJobType,
  type DomainEventGraphicsPhase,
  type DomainEventIOErrorAction,
  type DomainEventTrayChangeReason,
  type DomainEventType,
  type DomainEventWatchdogAction,
  type DomainMetadataType,
  type NetworkEventLifecycleType,
  type NodeDeviceEventLifecycleType,
  type SecretEventLifecycleType,
  type StoragePoolEventLifecycleType,
} from './enums';
import { Network } from './network';
import { NodeDevice } from './node-device';
import type { ConnectedObject } from './object';
import { Secret } from './secret';
import { StoragePool } from './storage-pool';

interface DomainEvents {
  /** The state changed. `detail` is the Domain…DetailType of `event`, such as DomainEventStoppedDetailType. */
  lifecycle: { event: DomainEventType; detail: number };
  /** The guest rebooted by itself. */
  reboot: object;
  rtcChange: { utcOffset: bigint };
  watchdog: { action: DomainEventWatchdogAction };
  ioError: { path: string; device: string; action: DomainEventIOErrorAction };
  ioErrorReason: { path: string; device: string; action: DomainEventIOErrorAction; reason: string };
  graphics: {
    phase: DomainEventGraphicsPhase;
    local: GraphicsAddress | null;
    remote: GraphicsAddress | null;
    authScheme: string | null;
    identities: { type: string; name: string }[];
  };
  /** The hypervisor's monitor failed: control of the domain may be lost. */
  controlError: object;
  /** `disk` is the path on the host. */
  blockJob: { disk: string; type: DomainBlockJobType; status: ConnectDomainEventBlockJobStatus };
  /** The same, but `disk` is the target, such as `vda`. */
  blockJob2: { disk: string; type: DomainBlockJobType; status: ConnectDomainEventBlockJobStatus };
  diskChange: {
    oldPath: string | null;
    newPath: string | null;
    device: string;
    reason: ConnectDomainEventDiskChangeReason;
  };
  trayChange: { device: string; reason: DomainEventTrayChangeReason };
  wakeup: { reason: number };
  suspend: { reason: number };
  suspendDisk: { reason: number };
  /** KiB. */
  balloonChange: { memory: bigint };
  deviceAdded: { device: string };
  deviceRemoved: { device: string };
  deviceRemovalFailed: { device: string };
  tunable: { parameters: ParameterValues };
  agentLifecycle: {
    state: ConnectDomainEventAgentLifecycleState;
    reason: ConnectDomainEventAgentLifecycleReason;
  };
  migrationIteration: { iteration: number };
  jobCompleted: { parameters: ParameterValues };
  metadataChange: { type: DomainMetadataType; namespace: string | null };
  blockThreshold: { device: string; path: string | null; threshold: bigint; excess: bigint };
  memoryFailure: { recipient: number; action: number; flags: number };
  memoryDeviceSizeChange: { device: string; size: bigint };
}

interface GraphicsAddress {
  /** A DomainEventGraphicsAddressType. */
  family: number;
  node: string;
  service: string;
}

type OfDomain<Details> = Details & { domain: Domain };

/** Every event by its name: what is subscribed to, and what arrives. */
export type Events = { [Name in keyof DomainEvents as `domain.${Name}`]: OfDomain<DomainEvents[Name]> } & {
  'network.lifecycle': { network: Network; event: NetworkEventLifecycleType; detail: number };
  'pool.lifecycle': { pool: StoragePool; event: StoragePoolEventLifecycleType; detail: number };
  'pool.refresh': { pool: StoragePool };
  'nodeDevice.lifecycle': { device: NodeDevice; event: NodeDeviceEventLifecycleType; detail: number };
  'nodeDevice.update': { device: NodeDevice };
  'secret.lifecycle': { secret: Secret; event: SecretEventLifecycleType; detail: number };
  'secret.valueChanged': { secret: Secret };
  /** QEMU's own events, as they come from its monitor. `details` is JSON. */
  'qemu.monitor': { domain: Domain; event: string; seconds: bigint; micros: number; details: string | null };
};
export type EventName = keyof Events;

type Convert = (event: NativeEvent, connection: Connection) => unknown;

/** One kind of event, as the addon knows it. */
export interface EventKind {
  family: string;
  id: number;
  convert: Convert;
  /** Whose events they are. */
  of: ObjectClass;
}

type ObjectClass = abstract new (...args: never[]) => ConnectedObject<string>;

/** What an event of this name is about, such as its Domain. */
export type EventObject<Name extends EventName> = Name extends EventName
  ? Extract<Events[Name][keyof Events[Name]], ConnectedObject<string>>
  : never;

const ofDomain = about('domain', Domain);
const ofNetwork = about('network', Network);
const ofPool = about('pool', StoragePool);
const ofDevice = about('device', NodeDevice);
const ofSecret = about('secret', Secret);

const domainEvent = (id: DomainEventID): EventKind => ({ family: 'domain', id, ...ofDomain });

export const EVENT_KINDS: Readonly<Record<EventName, EventKind>> = {
  'domain.lifecycle': domainEvent(DomainEventID.LIFECYCLE),
  'domain.reboot': domainEvent(DomainEventID.REBOOT),
  'domain.rtcChange': domainEvent(DomainEventID.RTC_CHANGE),
  'domain.watchdog': domainEvent(DomainEventID.WATCHDOG),
  'domain.ioError': domainEvent(DomainEventID.IO_ERROR),
  'domain.ioErrorReason': domainEvent(DomainEventID.IO_ERROR_REASON),
  'domain.graphics': domainEvent(DomainEventID.GRAPHICS),
  'domain.controlError': domainEvent(DomainEventID.CONTROL_ERROR),
  'domain.blockJob': domainEvent(DomainEventID.BLOCK_JOB),
  'domain.blockJob2': domainEvent(DomainEventID.BLOCK_JOB_2),
  'domain.diskChange': domainEvent(DomainEventID.DISK_CHANGE),
  'domain.trayChange': domainEvent(DomainEventID.TRAY_CHANGE),
  'domain.wakeup': domainEvent(DomainEventID.PMWAKEUP),
  'domain.suspend': domainEvent(DomainEventID.PMSUSPEND),
  'domain.suspendDisk': domainEvent(DomainEventID.PMSUSPEND_DISK),
  'domain.balloonChange': domainEvent(DomainEventID.BALLOON_CHANGE),
  'domain.deviceAdded': domainEvent(DomainEventID.DEVICE_ADDED),
  'domain.deviceRemoved': domainEvent(DomainEventID.DEVICE_REMOVED),
  'domain.deviceRemovalFailed': domainEvent(DomainEventID.DEVICE_REMOVAL_FAILED),
  'domain.tunable': domainEvent(DomainEventID.TUNABLE),
  'domain.agentLifecycle': domainEvent(DomainEventID.AGENT_LIFECYCLE),
  'domain.migrationIteration': domainEvent(DomainEventID.MIGRATION_ITERATION),
  'domain.jobCompleted': domainEvent(DomainEventID.JOB_COMPLETED),
  'domain.metadataChange': domainEvent(DomainEventID.METADATA_CHANGE),
  'domain.blockThreshold': domainEvent(DomainEventID.BLOCK_THRESHOLD),
  'domain.memoryFailure': domainEvent(DomainEventID.MEMORY_FAILURE),
  'domain.memoryDeviceSizeChange': domainEvent(DomainEventID.MEMORY_DEVICE_SIZE_CHANGE),
  'network.lifecycle': { family: 'network', id: NetworkEventID.LIFECYCLE, ...ofNetwork },
  'pool.lifecycle': { family: 'pool', id: StoragePoolEventID.LIFECYCLE, ...ofPool },
  'pool.refresh': { family: 'pool', id: StoragePoolEventID.REFRESH, ...ofPool },
  'nodeDevice.lifecycle': { family: 'nodeDevice', id: NodeDeviceEventID.LIFECYCLE, ...ofDevice },
  'nodeDevice.update': { family: 'nodeDevice', id: NodeDeviceEventID.UPDATE, ...ofDevice },
  'secret.lifecycle': { family: 'secret', id: SecretEventID.LIFECYCLE, ...ofSecret },
  'secret.valueChanged': { family: 'secret', id: SecretEventID.VALUE_CHANGED, ...ofSecret },
  'qemu.monitor': { family: 'monitor', id: 0, ...ofDomain },
};

/** Puts an object of ours in the place of the handle that the event carries. */
function about<Kind extends string>(
  key: string,
  Class: new (handle: Handle<Kind>, connection: Connection) => ConnectedObject<Kind>,
): Pick<EventKind, 'convert' | 'of'> {
  const convert: Convert = ({ object, ...details }, connection) => ({
    ...details,
    [key]: new Class(object as Handle<Kind>, connection),
  });
  return { convert, of: Class };
}
