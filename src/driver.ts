/** `hvkit/driver`: what somebody needs who writes a driver. See docs/drivers.md. */

export { HvError, type HvErrorInit } from './errors';
export { SharedResource } from './resources/shared';
export { macFromUuid } from './net/mac';
export { forwardRange, isPortFree, portCandidates, type PortRange, type Protocol } from './net/ports';
/** The zod that hvkit itself reads a driver's options with. */
export { z } from 'zod';

export type {
  Address,
  AddressWatch,
  Capabilities,
  Driver,
  DriverContext,
  DriverDefinition,
  DriverMachine,
  ForwardedPort,
  Health,
  Home,
  HostSetup,
  Lease,
  MachineSpec,
  MachineState,
  NetworkSpec,
  Orphan,
  Publish,
  Share,
  StateEvent,
  StateReading,
} from './drivers/driver';
export type { Arch, BootImage, GuestInit, ImageFile } from './images/image';
export type { HeadStart } from './resources/engine';
export type { Json, Properties, Resource, Step } from './resources/resource';
export type { SshTarget } from './ssh/target';
