import type { EngineOptions, KeyType } from '../docker/engine-options';
import type { MachineSpec, NetworkSpec, Publish, Share, SwarmOptions } from '../drivers/driver';
import type { Json } from '../resources/resource';

/** What a program or a person asks for. All but the name has a default: see Settings. */
export interface CreateRequest {
  name: string;
  driver?: string;
  cpus?: number;
  /** MiB, or as people write it: `2G`. */
  memory?: number | string;
  /** Bytes, or as people write it: `20G`. */
  disk?: number | string;
  /** A catalogue name, a path, a URL, a folder with a kernel and an initrd. */
  image?: string;
  /** `sha256:...` or `sha512:...` of an image that is a URL. */
  checksum?: string;
  /** `user`, `nat`, `network=NAME`, `bridge=NAME`. */
  network?: NetworkSpec | string;
  /** `host:guest`, `host:guest/udp`. */
  publish?: readonly (Publish | string)[];
  /** `host:guest`, `host:guest:ro`. */
  shares?: readonly (Share | string)[];
  accel?: MachineSpec['accel'];
  autostart?: boolean;
  /** The text of cloud-init user-data, or of a script that starts with `#!`. */
  userData?: string;
  /** A file: the user's own private key, instead of one made for this machine. */
  sshKey?: string;
  /** Makes a Docker host of it. The image `docker` makes one as well, unless this is false. */
  docker?: boolean | DockerRequest;
  /** The driver's own, by its names: `{ uri: 'qemu:///session' }`. */
  options?: Readonly<Record<string, Json>>;
}

export interface DockerRequest {
  /** Names and addresses in the certificate of its Docker, beside its own. */
  tlsSans?: readonly string[];
  keyType?: KeyType;
  engine?: Loose<EngineOptions>;
  /** Sets up a swarm: begins one if `isMaster`, else joins that of `discovery`, or of the one machine that began one. */
  swarm?: Loose<SwarmOptions>;
}

type Loose<T> = { readonly [K in keyof T]?: T[K] extends readonly string[] ? readonly string[] : T[K] };
