import { HvError } from '../errors';

export type DaemonValue = string | number | boolean | DaemonValue[] | { [key: string]: DaemonValue };

/** How an option of dockerd's command line stands in daemon.json: its values may be several, in the order given. */
export interface DaemonOption {
  /** Its name in the file. */
  key: string;
  read(values: readonly string[], name: string): DaemonValue;
}

const INTEGERS = [
  'cpu-rt-period',
  'cpu-rt-runtime',
  'max-concurrent-downloads',
  'max-concurrent-uploads',
  'max-download-attempts',
  'mtu',
  'network-control-plane-mtu',
  'network-diagnostic-port',
  'oom-score-adjust',
  'shutdown-timeout',
  'swarm-raft-election-tick',
  'swarm-raft-heartbeat-tick',
];

const SWITCHES = [
  'allow-direct-routing',
  'cri-containerd',
  'debug',
  'experimental',
  'icc',
  'init',
  'ip-forward',
  'ip-forward-no-drop',
  'ip-masq',
  'ip6tables',
  'iptables',
  'ipv6',
  'live-restore',
  'no-new-privileges',
  'raw-logs',
  'selinux-enabled',
  'userland-proxy',
];

/** Those whose value may look like a number, or like a switch, and is a text to dockerd. */
const TEXTS = [
  'bip',
  'bip6',
  'bridge',
  'cgroup-parent',
  'containerd',
  'containerd-namespace',
  'containerd-plugin-namespace',
  'data-root',
  'default-cgroupns-mode',
  'default-gateway',
  'default-gateway-v6',
  'default-ipc-mode',
  'default-runtime',
  'default-shm-size',
  'exec-root',
  'firewall-backend',
  'fixed-cidr',
  'fixed-cidr-v6',
  'group',
  'host-gateway-ip',
  'http-proxy',
  'https-proxy',
  'init-path',
  'ip',
  'log-driver',
  'log-format',
  'log-level',
  'metrics-addr',
  'no-proxy',
  'pidfile',
  'seccomp-profile',
  'storage-driver',
  'swarm-default-advertise-addr',
  'userland-proxy-path',
  'userns-remap',
];

/** Options that may be given again and again, and what the list is called in the file. */
const LISTS = {
  'allow-nondistributable-artifacts': 'allow-nondistributable-artifacts',
  'authorization-plugin': 'authorization-plugins',
  'cdi-spec-dir': 'cdi-spec-dirs',
  dns: 'dns',
  'dns-opt': 'dns-opts',
  'dns-search': 'dns-search',
  'exec-opt': 'exec-opts',
  'insecure-registry': 'insecure-registries',
  label: 'labels',
  'node-generic-resource': 'node-generic-resources',
  'registry-mirror': 'registry-mirrors',
  'storage-opt': 'storage-opts',
};

const TRUE = ['1', 't', 'true', 'yes', 'on'];
const FALSE = ['0', 'f', 'false', 'no', 'off'];

const text: DaemonOption['read'] = (values, name) => one(values, name);

const list: DaemonOption['read'] = (values) => [...new Set(values)];

const integer: DaemonOption['read'] = (values, name) => {
  const value = one(values, name);
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  throw engineRefusal(
    `The engine option ${name} is a whole number, and "${value}" is none`,
    `--engine-opt ${name}=1500`,
  );
};

const toggle: DaemonOption['read'] = (values, name) => {
  // A bare `--engine-opt debug` switches it on.
  const value = one(values, name).toLowerCase() || 'true';
  if (TRUE.includes(value)) return true;
  if (FALSE.includes(value)) return false;
  throw engineRefusal(
    `The engine option ${name} is true or false, and "${value}" is neither`,
    `--engine-opt ${name}=true`,
  );
};

/** `log-opt=max-size=10m`. */
const texts: DaemonOption['read'] = (values, name) => pairs(values, name, 'max-size=10m', (value) => value);

/** `feature=containerd-snapshotter=true`. */
const toggles: DaemonOption['read'] = (values, name) =>
  pairs(values, name, 'containerd-snapshotter=true', (value, key) => toggle([value], `${name}=${key}`));

/** `add-runtime=crun=/usr/bin/crun`. */
const runtimes: DaemonOption['read'] = (values, name) =>
  pairs(values, name, 'crun=/usr/bin/crun', (path) => ({ path }));

/** `default-ulimit=nofile=1024:4096`. */
const ulimits: DaemonOption['read'] = (values, name) =>
  pairs(values, name, 'nofile=1024:4096', (value, key) => {
    const [, soft = '', hard = soft] = /^(-?\d+)(?::(-?\d+))?$/.exec(value) ?? [];
    if (soft !== '') return { Name: key, Soft: Number(soft), Hard: Number(hard) };
    throw engineRefusal(`"${value}" is no limit of ${key}`, `--engine-opt ${name}=nofile=1024:4096`);
  });

/** `default-network-opt=bridge=com.docker.network.driver.mtu=1400`. */
const networkOptions: DaemonOption['read'] = (values, name) => {
  const example = 'bridge=com.docker.network.driver.mtu=1400';
  const networks: Record<string, Record<string, string>> = {};
  for (const value of values) {
    const [network, setting] = pair(value, name, example);
    const [key, meaning] = pair(setting, name, example);
    networks[network] = { ...networks[network], [key]: meaning };
  }
  return networks;
};

/** `default-address-pool=base=10.10.0.0/16,size=24`. */
const addressPools: DaemonOption['read'] = (values, name) =>
  values.map((value) => {
    const [, base, size] = /^base=([^,]+),size=(\d+)$/.exec(value) ?? [];
    if (base !== undefined) return { base, size: Number(size) };
    throw engineRefusal(`"${value}" is no pool of addresses`, `--engine-opt ${name}=base=10.10.0.0/16,size=24`);
  });

/** An option that is not known here: newer than this program. Several values are a list. */
const guess: DaemonOption['read'] = (values) => {
  const read = values.map((value) => {
    if (value === '' || value === 'true') return true;
    if (value === 'false') return false;
    return /^-?(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
  });
  const [first] = read;
  return read.length === 1 && first !== undefined ? first : read;
};

const KNOWN = new Map<string, DaemonOption>([
  ...INTEGERS.map((key) => [key, { key, read: integer }] as const),
  ...SWITCHES.map((key) => [key, { key, read: toggle }] as const),
  ...TEXTS.map((key) => [key, { key, read: text }] as const),
  ...Object.entries(LISTS).flatMap(([name, key]) => named(name, { key, read: list })),
  ...named('log-opt', { key: 'log-opts', read: texts }),
  ...named('feature', { key: 'features', read: toggles }),
  ...named('add-runtime', { key: 'runtimes', read: runtimes }),
  ...named('default-ulimit', { key: 'default-ulimits', read: ulimits }),
  ...named('default-network-opt', { key: 'default-network-opts', read: networkOptions }),
  ...named('default-address-pool', { key: 'default-address-pools', read: addressPools }),
]);

/** By its name on dockerd's command line, or by the one in daemon.json. */
export function daemonOption(name: string): DaemonOption {
  return KNOWN.get(name) ?? { key: name, read: guess };
}

export function engineRefusal(message: string, hint: string): HvError {
  return new HvError({ code: 'ERR_ENGINE_OPTION', message, hint });
}

function named(name: string, option: DaemonOption): (readonly [string, DaemonOption])[] {
  return [...new Set([name, option.key])].map((each) => [each, option] as const);
}

function one(values: readonly string[], name: string): string {
  const [value = '', ...others] = new Set(values);
  if (others.length === 0) return value;
  throw engineRefusal(
    `The engine option ${name} is given more than once: ${[value, ...others].join(', ')}`,
    `Give --engine-opt ${name}=... once`,
  );
}

function pairs(
  values: readonly string[],
  name: string,
  example: string,
  read: (value: string, key: string) => DaemonValue,
): Record<string, DaemonValue> {
  return Object.fromEntries(
    values.map((each) => {
      const [key, value] = pair(each, name, example);
      return [key, read(value, key)];
    }),
  );
}

function pair(text: string, name: string, example: string): [key: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw engineRefusal(`"${text}" is no value of the engine option ${name}`, `--engine-opt ${name}=${example}`);
}
