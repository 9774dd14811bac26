import { daemonOption, engineRefusal, type DaemonValue } from './daemon-options';
import type { EngineOptions } from './engine-options';

/** Where Docker's API is, with TLS. */
export const DOCKER_PORT = 2376;

/** Where the three files lie in a machine. */
export interface DaemonTls {
  /** Who may come in: those whose certificate this CA has issued. */
  ca: string;
  certificate: string;
  key: string;
}

/** As docker-machine has them. */
export const DAEMON_TLS: DaemonTls = {
  ca: '/etc/docker/ca.pem',
  certificate: '/etc/docker/server.pem',
  key: '/etc/docker/server-key.pem',
};

export interface DaemonRequest {
  engine: EngineOptions;
  port?: number;
  tls?: DaemonTls;
  /** Beside those that were asked for: docker-machine's `provider=kvm`. */
  labels?: readonly string[];
}

/** What hvkit decides, and why nothing else can stand there. */
const OURS = new Map(
  ['host', 'hosts', 'tls', 'tlsverify', 'tlscacert', 'tlscert', 'tlskey', 'config-file'].map((key) => [
    key,
    key === 'config-file' ? 'hvkit writes that file' : 'it is what keeps everybody else out of the machine',
  ]),
);

const PROXIES = ['http-proxy', 'https-proxy', 'no-proxy'];

/** The text of /etc/docker/daemon.json. */
export function daemonJson(request: DaemonRequest): string {
  return `${JSON.stringify(daemonSettings(request), null, 2)}\n`;
}

/** What stands in it. Refuses what dockerd could not be started with. */
export function daemonSettings({ engine, port, tls, labels = [] }: DaemonRequest): Record<string, DaemonValue> {
  const { ca, certificate, key } = tls ?? DAEMON_TLS;
  const settings = {
    ...asked(engine, labels),
    hosts: ['unix:///var/run/docker.sock', `tcp://0.0.0.0:${port ?? DOCKER_PORT}`],
    tls: true,
    tlsverify: true,
    tlscacert: ca,
    tlscert: certificate,
    tlskey: key,
  };
  return Object.fromEntries(Object.entries(settings).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function asked(engine: EngineOptions, labels: readonly string[]): Record<string, DaemonValue> {
  const given = new Map<string, { name: string; values: string[] }>();
  const give = (name: string, value: string): void => {
    const { key } = daemonOption(name);
    const { values } = given.get(key) ?? { values: [] };
    given.set(key, { name, values: [...values, value] });
  };
  for (const each of engine.insecureRegistries) give('insecure-registry', each);
  for (const each of engine.registryMirrors) give('registry-mirror', each);
  for (const each of [...labels, ...engine.labels]) give('label', each);
  if (engine.storageDriver !== undefined) give('storage-driver', engine.storageDriver);
  for (const each of engine.opts) {
    const [, name = '', value = ''] = /^([^=]*)(?:=(.*))?$/s.exec(each) ?? [];
    refuseOurs(name);
    give(name, value);
  }
  const settings: Record<string, DaemonValue> = {};
  const proxies: Record<string, DaemonValue> = {};
  for (const [key, { name, values }] of given) {
    const where = PROXIES.includes(key) ? proxies : settings;
    where[key] = daemonOption(name).read(values, name);
  }
  if (Object.keys(proxies).length > 0) settings['proxies'] = proxies;
  refuseContradictions(given.get('labels')?.values ?? []);
  return settings;
}

function refuseOurs(name: string): void {
  const why = OURS.get(name);
  if (why !== undefined) {
    throw engineRefusal(
      `The engine option ${name} is not to be chosen: ${why}`,
      `Leave out --engine-opt ${name}; --tls-san adds names to the certificate`,
    );
  }
}

/** dockerd does not start with two values of one label. */
function refuseContradictions(labels: readonly string[]): void {
  const values = new Map<string, string>();
  for (const label of labels) {
    const at = label.indexOf('=');
    const key = at === -1 ? label : label.slice(0, at);
    const before = values.get(key);
    if (before !== undefined && before !== label) {
      throw engineRefusal(
        `Two labels say different things: ${before} and ${label}`,
        `Give --engine-label ${key}=... once`,
      );
    }
    values.set(key, label);
  }
}
