import type { DriverDefinition, MachineSpec, NetworkSpec } from '../drivers/driver';
import type { Json } from '../resources/resource';
import type { DriverOption } from './driver-info';
import { driverOptionsOf, readDriverOption } from './driver-options';
import { refusal } from './refusal';
import {
  readAccel,
  readBoolean,
  readCpus,
  readDisk,
  readImage,
  readMemory,
  readNetwork,
  readPath,
  readWord,
} from './values';

/** What can be set, be it of all machines or of one driver's. */
export interface SettingKey<T = unknown> {
  /** `memory`, `kvm.cacheMode`. */
  key: string;
  /** Of the environment; the first that is set counts. */
  variables: readonly string[];
  description: string;
  type: DriverOption['type'];
  default?: Json;
  /** What the value means; refuses one that means nothing. */
  read(value: Json): T;
}

/** What a request falls back on. */
export interface Defaults {
  driver?: string;
  cpus: number;
  /** MiB. */
  memory: number;
  /** Bytes. */
  disk: number;
  image?: string;
  network?: NetworkSpec;
  accel: MachineSpec['accel'];
  autostart: boolean;
  sshKey?: string;
  /** Seconds. */
  timeout: number;
  engineInstallUrl?: string;
  registryMirror?: string;
  /** Modules. */
  provisioners: readonly string[];
  /** A module or a program. */
  onCertificate?: string;
}

type CommonKeys = { [K in keyof Defaults]-?: SettingKey<NonNullable<Defaults[K]>> };

const LONGEST_WAIT = 86_400;

export const COMMON_KEYS: CommonKeys = {
  driver: {
    key: 'driver',
    variables: ['HVKIT_DRIVER', 'MACHINE_DRIVER'],
    description: 'who runs machines; unless set, the best that works here',
    type: 'string',
    read: (value) => readWord(value, 'kvm'),
  },
  cpus: {
    key: 'cpus',
    variables: ['HVKIT_CPUS'],
    description: 'virtual processors of a machine',
    type: 'number',
    default: 2,
    read: readCpus,
  },
  memory: {
    key: 'memory',
    variables: ['HVKIT_MEMORY'],
    description: 'memory of a machine, such as 512M or 4G; a bare number counts MiB',
    type: 'string',
    default: '1G',
    read: readMemory,
  },
  disk: {
    key: 'disk',
    variables: ['HVKIT_DISK'],
    description: 'disk of a machine, such as 20G; a bare number counts GiB',
    type: 'string',
    default: '20G',
    read: readDisk,
  },
  image: {
    key: 'image',
    variables: ['HVKIT_IMAGE'],
    description:
      'what a machine boots: a name, a path, a URL, a folder; unless set, micro where it can be had, else debian',
    type: 'string',
    read: readImage,
  },
  network: {
    key: 'network',
    variables: ['HVKIT_NETWORK'],
    description: 'user, nat, nat:SUBNET, network=NAME or bridge=NAME; unless set, nat where it works, else user',
    type: 'string',
    read: readNetwork,
  },
  accel: {
    key: 'accel',
    variables: ['HVKIT_ACCEL'],
    description: 'acceleration: auto, kvm or tcg',
    type: 'string',
    default: 'auto',
    read: readAccel,
  },
  autostart: {
    key: 'autostart',
    variables: ['HVKIT_AUTOSTART'],
    description: 'start machines when this host starts',
    type: 'boolean',
    default: false,
    read: readBoolean,
  },
  sshKey: {
    key: 'sshKey',
    variables: ['HVKIT_SSH_KEY'],
    description: 'your own private key, instead of one made for each machine',
    type: 'string',
    read: (value) => readPath(value, '~/.ssh/id_ed25519'),
  },
  timeout: {
    key: 'timeout',
    variables: ['HVKIT_TIMEOUT'],
    description: 'how many seconds a machine may take from its start until it answers over ssh',
    type: 'number',
    default: 300,
    read: readTimeout,
  },
  engineInstallUrl: {
    key: 'engineInstallUrl',
    variables: ['HVKIT_ENGINE_INSTALL_URL', 'MACHINE_DOCKER_INSTALL_URL'],
    description: "a script that installs Docker in Docker hosts, instead of the distribution's packages",
    type: 'string',
    read: readUrl,
  },
  registryMirror: {
    key: 'registryMirror',
    variables: ['HVKIT_REGISTRY_MIRROR', 'ENGINE_REGISTRY_MIRROR'],
    description: 'a registry that the Docker of new Docker hosts asks first',
    type: 'string',
    read: readUrl,
  },
  provisioners: {
    key: 'provisioners',
    variables: ['HVKIT_PROVISIONERS'],
    description:
      'modules of your own that make Docker hosts, or act around the steps of it; a list, or with commas between them',
    type: 'string',
    default: '',
    read: readModules,
  },
  onCertificate: {
    key: 'onCertificate',
    variables: ['HVKIT_ON_CERTIFICATE'],
    description: "a program or a module that signs certificates in the place of hvkit's own CA",
    type: 'string',
    read: (value) => readPath(value, '/usr/local/bin/sign'),
  },
};

function readUrl(value: Json): string {
  if (typeof value === 'string' && /^https?:\/\/\S+$/.test(value) && URL.canParse(value)) return value;
  throw refusal(value, 'is no http:// or https:// URL', 'https://example.org/install.sh');
}

function readModules(value: Json): readonly string[] {
  const given: readonly Json[] =
    typeof value === 'string' ? value.split(',').filter((each) => each.trim() !== '') : listOf(value);
  return given.map((each) => readPath(typeof each === 'string' ? each.trim() : each, '/etc/hvkit/nixos.js'));
}

function listOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw refusal(value, 'is no list of files', '/etc/hvkit/nixos.js,/etc/hvkit/hooks.js');
}

function readTimeout(value: Json): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LONGEST_WAIT) return value;
  throw refusal(value, `is not a whole number of seconds, from 1 to ${LONGEST_WAIT}`, '300');
}

export function keysOfDriver(definition: DriverDefinition): SettingKey<Json>[] {
  return driverOptionsOf(definition).map(({ name, variable, setting, description, type, default: preset }) => ({
    key: setting,
    variables: [variable],
    description,
    type,
    ...(preset !== undefined && { default: preset }),
    read: (value) => readDriverOption(definition, name, value),
  }));
}

const WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/** A value as it stands in the environment or on a command line. What it does not fit stays a text, which read() refuses. */
export function fromText({ type }: SettingKey, text: string): Json {
  if (type === 'number' && /^\s*[-+]?\d+(\.\d+)?\s*$/.test(text)) return Number(text);
  if (type === 'boolean') return WORDS[text.trim().toLowerCase()] ?? text;
  if (type === 'list') return text.split(',').map((each) => each.trim());
  return text;
}

/** A value as it stands in a YAML file, where `memory: 2048` is a number. */
export function fromFile({ type }: SettingKey, value: Json): Json {
  return type === 'string' && typeof value === 'number' ? String(value) : value;
}
