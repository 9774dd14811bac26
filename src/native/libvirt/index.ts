/** libvirt for Node.js: `import { connect } from 'hvkit/libvirt'`. */
export { connect, libraryVersion, type ConnectOptions, type Credential } from './connect';
export { Connection, type DomainStats, type ListenOptions, type SubscribeOptions } from './connection';
export { Domain } from './domain';
export * from './enums';
export { isUnsupported, LibvirtError } from './errors';
export type { EventName, Events } from './events';
export { EventStream, Subscription, type EventOptions } from './event-source';
export { Network } from './network';
export { NodeDevice } from './node-device';
export { Secret } from './secret';
export { LibvirtStream } from './stream';
export { StoragePool } from './storage-pool';
export type * from './binding-types';
