export { HvError, type HvErrorInit } from './errors';
export * as libvirt from './native/libvirt/index';

export { Hvkit, type HvkitOptions } from './machines/hvkit';
export { Machine } from './machines/machine';
export {
  dockerEnvironment,
  dockerOptions,
  dockerReset,
  dockerVariables,
  type ClientEnvironment,
} from './machines/docker-client';

export type { DriverInfo, DriverOption } from './machines/driver-info';
export type { MachineEvent } from './machines/event';
export type { CopyOptions, ExecOptions, ExecResult, ShellOptions, Terminal } from './machines/exec';
export type { Finding, FindingKind } from './machines/finding';
export type { ImageInfo, Images } from './machines/images';
export type { ImportOptions, ImportOutcome } from './machines/import/import';
export type { Leases } from './machines/leases';
export type { Mounted, MountPlaces } from './machines/mount';
export type { Phase } from './machines/machine-file';
export type { Progress, StartOptions, WorkOptions } from './machines/progress';
export type { Signer, SigningTask } from './docker/certificates';
export type { GivenCertificates } from './machines/docker-home';
export type { DockerHost } from './machines/docker-host';
export type { CreateRequest, DockerRequest } from './machines/request';
export type { Setting, Settings } from './machines/settings';
export type { SetupOptions } from './machines/setup';
export type { ListOptions } from './machines/list';
export type { DockerSummary, MachineSummary } from './machines/summary';

export type {
  Address,
  Capabilities,
  DriverDefinition,
  ForwardedPort,
  Health,
  Lease,
  MachineSpec,
  MachineState,
  NetworkSpec,
  Publish,
  Share,
} from './drivers/driver';
export type { Json, Properties } from './resources/resource';
export type { ForwardOptions, Tunnel, TunnelEntry, TunnelExit } from './ssh/forward';
export type { SshTarget } from './ssh/target';
