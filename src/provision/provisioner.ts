import type { Json } from '../resources/resource';
import type { Host } from './host';
import type { OsRelease } from './os-release';

/** What dockerd shows to clients, and by what it knows them. */
export interface ServerCertificates {
  /** PEM. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** Where dockerd finds what it shows to clients. */
export interface CertificateFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** dockerd's environment, and as files of two kinds. */
export interface DaemonEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** Lines `NAME="value"`, for systemd's `EnvironmentFile=`. */
  readonly file: string;
  /** The same with `export ` before each, for scripts of a shell. */
  readonly exports: string;
}

/** What a machine is to become. Provisioners put it where their system wants it. */
export interface ProvisionContext {
  readonly machine: { readonly name: string; readonly address: string };
  readonly os: OsRelease;
  /** A script that installs Docker, in place of the distribution's packages. */
  readonly installUrl: string | undefined;
  /** What belongs into daemon.json, where dockerd finds its certificates there. */
  daemon(files: CertificateFiles): Readonly<Record<string, Json>>;
  readonly environment: DaemonEnvironment;
  /** The port of its API. */
  readonly port: number;
  /** Issued when a step asks for them. */
  certificates(): Promise<ServerCertificates>;
}

/** A step may be done any number of times: what is there and right is kept. */
export interface Step {
  /** `install`, `certificates`, `configure`, `service`: what hooks name. */
  readonly id: string;
  /** For people, as a line of progress: `installing Docker`. */
  readonly title: string;
  run(host: Host): Promise<void>;
}

/** Makes a Docker host of one kind of system. */
export interface Provisioner {
  readonly name: string;
  detects(os: OsRelease): boolean;
  steps(context: ProvisionContext): readonly Step[];
  /** Brings Docker to the newest version that the system has. Without it that cannot be done in place. */
  upgrade?(context: ProvisionContext): readonly Step[];
  /** The last that dockerd said, for the error that it does not come up. */
  log?(host: Host): Promise<string>;
}

export type Hook = (step: { id: string; title: string }, host: Host, context: ProvisionContext) => Promise<void> | void;

/** Called around each step, whichever provisioner has it. One that throws ends the work, as a step does. */
export interface Hooks {
  readonly before?: Hook;
  readonly after?: Hook;
}
