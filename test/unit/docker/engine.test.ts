import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { daemonJson, daemonSettings } from '../../../src/docker/daemon-json';
import { engineEnvironment, environmentFile, exportsFile } from '../../../src/docker/engine-environment';
import { engineOptions, type EngineOptions } from '../../../src/docker/engine-options';
import { Folder } from '../../support/folder';

function engine(options: Partial<EngineOptions> = {}): EngineOptions {
  return engineOptions.parse(options);
}

function settings(...opts: string[]) {
  return daemonSettings({ engine: engine({ opts }) });
}

test('a daemon of which nothing is asked listens with verified TLS', () => {
  expect(JSON.parse(daemonJson({ engine: engine() }))).toEqual({
    hosts: ['unix:///var/run/docker.sock', 'tcp://0.0.0.0:2376'],
    tls: true,
    tlscacert: '/etc/docker/ca.pem',
    tlscert: '/etc/docker/server.pem',
    tlskey: '/etc/docker/server-key.pem',
    tlsverify: true,
  });
});

test("docker-machine's own options get docker's names", () => {
  const asked = engine({
    insecureRegistries: ['registry.example:5000', '10.0.0.0/8'],
    registryMirrors: ['https://mirror.example'],
    labels: ['tier=web'],
    storageDriver: 'overlay2',
  });
  expect(daemonSettings({ engine: asked, port: 12376, labels: ['provider=kvm'] })).toMatchObject({
    hosts: ['unix:///var/run/docker.sock', 'tcp://0.0.0.0:12376'],
    'insecure-registries': ['registry.example:5000', '10.0.0.0/8'],
    labels: ['provider=kvm', 'tier=web'],
    'registry-mirrors': ['https://mirror.example'],
    'storage-driver': 'overlay2',
  });
});

test('an option of the command line stands in daemon.json as dockerd wants it there', () => {
  expect(
    settings(
      'mtu=1400',
      'debug',
      'icc=false',
      'userns-remap=1000',
      'dns=9.9.9.9',
      'dns=1.1.1.1',
      'storage-opt=overlay2.size=10G',
      'log-driver=json-file',
      'log-opt=max-size=10m',
      'log-opt=max-file=3',
      'default-ulimit=nofile=1024:4096',
      'default-address-pool=base=10.10.0.0/16,size=24',
      'default-network-opt=bridge=com.docker.network.driver.mtu=1400',
      'add-runtime=crun=/usr/bin/crun',
      'feature=containerd-snapshotter=true',
      'http-proxy=http://proxy.example:3128',
      'no-proxy=localhost,.example',
    ),
  ).toMatchObject({
    mtu: 1400,
    debug: true,
    icc: false,
    'userns-remap': '1000',
    dns: ['9.9.9.9', '1.1.1.1'],
    'storage-opts': ['overlay2.size=10G'],
    'log-driver': 'json-file',
    'log-opts': { 'max-size': '10m', 'max-file': '3' },
    'default-ulimits': { nofile: { Name: 'nofile', Soft: 1024, Hard: 4096 } },
    'default-address-pools': [{ base: '10.10.0.0/16', size: 24 }],
    'default-network-opts': { bridge: { 'com.docker.network.driver.mtu': '1400' } },
    runtimes: { crun: { path: '/usr/bin/crun' } },
    features: { 'containerd-snapshotter': true },
    proxies: { 'http-proxy': 'http://proxy.example:3128', 'no-proxy': 'localhost,.example' },
  });
});

test('an option that is not known here is taken for what it looks like', () => {
  const {
    'new-switch': toggled,
    'new-number': number,
    'new-list': list,
    'new-text': text,
  } = settings('new-switch=true', 'new-number=7', 'new-list=one', 'new-list=2', 'new-text=007');
  expect([toggled, number, list, text]).toEqual([true, 7, ['one', 2], '007']);
});

test.each([
  ['hosts=tcp://0.0.0.0:2375', /hosts is not to be chosen/],
  ['host=tcp://0.0.0.0:2375', /host is not to be chosen/],
  ['tls=false', /tls is not to be chosen/],
  ['tlsverify=false', /tlsverify is not to be chosen/],
  ['tlskey=/tmp/key.pem', /tlskey is not to be chosen/],
  ['mtu=large', /whole number/],
  ['icc=maybe', /true or false/],
  ['log-opt=10m', /no value of the engine option log-opt/],
  ['default-ulimit=nofile=many', /no limit of nofile/],
])('--engine-opt %s is refused', (option, message) => {
  expect(() => settings(option)).toThrow(
    expect.objectContaining({ code: 'ERR_ENGINE_OPTION', message: expect.stringMatching(message) as string }) as Error,
  );
});

test('what dockerd would refuse at its start is refused before', () => {
  expect(() => settings('log-driver=syslog', 'log-driver=journald')).toThrow(/more than once: syslog, journald/);
  const twice = engine({ storageDriver: 'overlay2', opts: ['storage-driver=vfs'] });
  expect(() => daemonSettings({ engine: twice })).toThrow(/more than once: overlay2, vfs/);
  const labels = engine({ labels: ['tier=web'], opts: ['label=tier=db'] });
  expect(() => daemonSettings({ engine: labels })).toThrow(/Two labels say different things/);
});

test.each([
  { opts: ['Debug=true'] },
  { opts: ['dns=1\nhosts=x'] },
  { env: ['1A=b'] },
  { env: ['A=b\nC=d'] },
  { labels: ['tier'] },
  { registryMirrors: ['mirror.example'] },
  { storageDriver: 'over lay' },
  { installUrl: 'get.docker.com' },
  { mirrors: [] },
])('the schema does not take %j', (options) => {
  expect(engineOptions.safeParse(options).success).toBe(false);
});

test('a shell that reads the environment of dockerd has the values that were asked for', () => {
  using folder = new Folder();
  const values = { PLAIN: 'http://proxy.example:3128', HARD: `a b "c" 'd' $HOME \`id\` \\ ; # %h`, EMPTY: '' };
  const environment = engineEnvironment(['PLAIN=first', ...Object.entries(values).map((pair) => pair.join('='))]);
  expect(environment).toEqual(values);
  const file = join(folder.path, 'environment');
  for (const shell of ['dash', 'bash']) {
    writeFileSync(file, environmentFile(environment));
    const own = execFileSync(shell, ['-c', '. "$1"; printf "%s\\n" "$PLAIN" "$HARD" "$EMPTY"', shell, file]);
    expect(String(own)).toBe(`${Object.values(values).join('\n')}\n`);
    writeFileSync(file, exportsFile(environment));
    const childs = execFileSync(shell, ['-c', '. "$1"; exec printenv PLAIN HARD EMPTY', shell, file]);
    expect(String(childs)).toBe(`${Object.values(values).join('\n')}\n`);
  }
});

test.each(['A B=c', '=c', 'A', 'A=b\nC=d'])('%j is no variable of an environment', (given) => {
  expect(() => engineEnvironment([given])).toThrow(expect.objectContaining({ code: 'ERR_ENGINE_OPTION' }) as Error);
});
