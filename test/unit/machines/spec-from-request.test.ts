import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { kvm } from '../../../src/drivers/kvm';
import { HvError } from '../../../src/errors';
import type { Defaults } from '../../../src/machines/setting-keys';
import { specFromRequest } from '../../../src/machines/spec-from-request';

const DEFAULTS: Defaults = {
  cpus: 2,
  memory: 1024,
  disk: 20 * 2 ** 30,
  accel: 'auto',
  autostart: false,
  timeout: 300,
  provisioners: [],
};
const folder = mkdtempSync(join(tmpdir(), 'hvkit-request-'));
const file = join(folder, 'a file');
writeFileSync(file, '');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function specOf(request: object, more: { defaults?: Partial<Defaults>; driverDefaults?: Record<string, string> } = {}) {
  return specFromRequest(
    { name: 'dev', ...request },
    {
      definition: kvm,
      defaults: { ...DEFAULTS, ...more.defaults },
      driverDefaults: more.driverDefaults ?? {},
      defaultImage: (docker) => Promise.resolve(docker ?? 'micro'),
      cwd: folder,
    },
  );
}

test('a request that says nothing is what is usual', async () => {
  await expect(specOf({})).resolves.toEqual({
    cpus: 2,
    memory: 1024,
    disk: 20 * 2 ** 30,
    accel: 'auto',
    autostart: false,
    image: 'micro',
    publish: [],
    shares: [],
    options: {},
  });
});

test("what is asked for stands before a default of the driver's own option that says the same", async () => {
  const driverDefaults = { memory: '4096', cpuCount: '4', cacheMode: 'none' };
  const { memory, options } = await specOf({ memory: '512M' }, { driverDefaults });
  expect(memory).toBe(512);
  expect(options).toEqual({ cpuCount: '4', cacheMode: 'none' });
  // Asked for itself, it is asked for.
  expect((await specOf({ options: { memory: 2048 } }, { driverDefaults })).options).toMatchObject({ memory: 2048 });
});

test("the image can be named by the driver's own option, as with docker-machine", async () => {
  const options = { boot2dockerUrl: 'https://host/boot2docker.iso' };
  const defaults = { image: 'debian' };
  await expect(specOf({ options }, { defaults })).resolves.toMatchObject({ image: options.boot2dockerUrl });
  await expect(specOf({ options, image: options.boot2dockerUrl })).resolves.toMatchObject({
    image: options.boot2dockerUrl,
  });
  // A setting is only what is usual.
  await expect(specOf({ image: 'alpine' }, { driverDefaults: options })).resolves.toMatchObject({ image: 'alpine' });
  await expect(specOf({ options, image: 'alpine' })).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    message: `image: "alpine" is another image than the driver kvm's own option names`,
  });
});

test('what is asked for stands before what is usual', async () => {
  const defaults = { image: 'debian', network: { mode: 'nat' }, sshKey: '/home/me/key' } as const;
  await expect(specOf({}, { defaults })).resolves.toMatchObject(defaults);
  const asked = {
    image: 'alpine',
    network: 'user:restrict',
    sshKey: '/home/me/other',
    cpus: 8,
    options: { ioMode: 'native' },
  };
  const driverDefaults = { ioMode: 'threads', cacheMode: 'none' };
  await expect(specOf(asked, { defaults, driverDefaults })).resolves.toMatchObject({
    image: 'alpine',
    network: { mode: 'user', restrict: true },
    sshKey: '/home/me/other',
    cpus: 8,
    options: { ioMode: 'native', cacheMode: 'none' },
  });
});

test.each([
  [{ memory: '2G' }, { memory: 2048 }],
  [{ memory: '512' }, { memory: 512 }],
  [{ memory: 4096 }, { memory: 4096 }],
  [{ disk: '20' }, { disk: 20 * 2 ** 30 }],
  [{ disk: '1.5G' }, { disk: 1.5 * 2 ** 30 }],
  [{ disk: 2 ** 30 }, { disk: 2 ** 30 }],
  [
    { publish: ['8080:80', '5353:53/udp'] },
    { publish: [8080, 5353].map((host, i) => ({ host, guest: [80, 53][i], protocol: ['tcp', 'udp'][i] })) },
  ],
  [{ publish: ['53:53', '53:53/udp'] }, { publish: [{ protocol: 'tcp' }, { protocol: 'udp' }] }],
  [{ publish: [':80', ':80'] }, { publish: [80, 80].map((guest) => ({ guest, protocol: 'tcp' })) }],
  [{ publish: [{ host: 1, guest: 2 }] }, { publish: [{ host: 1, guest: 2, protocol: 'tcp' }] }],
  [{ shares: ['.:/shared/'] }, { shares: [{ host: folder, guest: '/shared', readOnly: false }] }],
  [{ shares: [`${folder}:/a/../b:ro`] }, { shares: [{ host: folder, guest: '/b', readOnly: true }] }],
  [{ network: 'nat:10.9.8.0/24' }, { network: { mode: 'nat', subnet: '10.9.8.0/24' } }],
  [{ network: 'network=default' }, { network: { mode: 'network', name: 'default' } }],
  [{ network: 'network=a "<b>&' }, { network: { mode: 'network', name: 'a "<b>&' } }],
  [{ network: 'bridge=br0' }, { network: { mode: 'bridge', name: 'br0' } }],
  [{ network: { mode: 'user' } }, { network: { mode: 'user' } }],
  [{ image: './disk.qcow2' }, { image: join(process.cwd(), 'disk.qcow2') }],
  [{ image: 'https://example.org/a/../disk.qcow2' }, { image: 'https://example.org/a/../disk.qcow2' }],
  [{ checksum: `SHA256:${'A'.repeat(64)}` }, { checksum: `sha256:${'a'.repeat(64)}` }],
  [{ userData: '#!/bin/sh\necho hello\n' }, { userData: '#!/bin/sh\necho hello\n' }],
  [{ options: { memory: '700' } }, { options: { memory: 700 } }],
])('%j is understood', async (request, spec) => {
  await expect(specOf(request)).resolves.toMatchObject(spec);
});

/** What is wrong, and what the error's message begins with. */
test.each([
  [{ memroy: '2G' }, 'A machine has no "memroy"', 'memory'],
  [{ driver: 7 }, 'driver: 7 is no name of a driver'],
  [{ cpus: 0 }, 'cpus: 0 is no number of processors'],
  [{ cpus: 1.5 }, 'cpus: 1.5 is no number of processors'],
  [{ cpus: '4' }, 'cpus: "4" is no number of processors'],
  [{ cpus: NaN }, 'cpus: NaN is no number of processors'],
  [{ cpus: 513 }, 'cpus: 513 is no number of processors'],
  [{ memory: 'much' }, 'memory: "much" is not a size'],
  [{ memory: '-1G' }, 'memory: "-1G" is not a size'],
  [{ memory: '' }, 'memory: "" is not a size'],
  [{ memory: '10M' }, 'memory: "10M" is no amount of memory'],
  [{ memory: '1e3' }, 'memory: "1e3" is not a size'],
  [{ disk: '0G' }, 'disk: "0G" is not a size'],
  [{ disk: '99999999999T' }, 'disk: "99999999999T" is not a size'],
  [{ disk: 1000 }, 'disk: 1000 is no size of a disk'],
  [{ disk: null }, 'disk: null is no size of a disk'],
  [{ image: '' }, 'image: "" is not a text'],
  [{ image: 'de\u001b[2Jbian' }, 'image: "de\\u001b[2Jbian" is not a text'],
  [{ checksum: 'md5:123' }, 'checksum: "md5:123" is no checksum'],
  [{ checksum: `sha256:${'g'.repeat(64)}` }, 'checksum: "sha256:ggg'],
  [{ network: 'nta' }, 'network: "nta" is no network'],
  [{ network: 'network=' }, 'network: "network=" is no network'],
  [{ network: 'network=a/b' }, 'network: "a/b" is no name of a libvirt network'],
  [{ network: 'bridge=br0; rm' }, 'network: "br0; rm" is no name of a bridge'],
  [{ network: 'bridge=abcdefghijklmnop' }, 'network: "abcdefghijklmnop" is no name of a bridge'],
  [{ network: 'nat:10.9.8.7/24' }, 'network: 10.9.8.7/24 is an address in a subnet'],
  [{ network: 'nat:everything' }, 'network: "everything" is not a subnet'],
  [{ network: { mode: 'nat', sbnet: 1 } }, "network: { mode: 'nat', sbnet: 1 } is no network"],
  [{ publish: '8080:80' }, 'publish: "8080:80" is no list'],
  [{ publish: ['8080:80', '80'] }, 'publish[1]: The port forward "80" cannot be made'],
  [{ publish: ['0:80'] }, 'publish[0]: The port forward "0:80" cannot be made'],
  [{ publish: ['0.0.0.0:8080:80'] }, 'publish[0]: The port forward "0.0.0.0:8080:80" cannot be made'],
  [{ publish: ['8080:80', { host: 8080, guest: 81 }] }, 'publish[1]: { host: 8080, guest: 81 } has the same port'],
  [{ publish: [{ host: 8080, guest: 70000 }] }, 'publish[0]: { host: 8080, guest: 70000 } is no port forward'],
  [{ shares: ['/tmp'] }, 'shares[0]: "/tmp" is no share'],
  [{ shares: ['/tmp:work'] }, 'shares[0]: "/tmp:work" is no share'],
  [{ shares: ['/tmp:/shared:rx'] }, 'shares[0]: "/tmp:/shared:rx" is no share'],
  [{ shares: ['/tmp:/a/..'] }, 'shares[0]: "/tmp:/a/.." would hide all of the guest'],
  [{ shares: ['.:/shared', '.:/shared/.'] }, 'shares[1]: ".:/shared/." is mounted where shares[0] is'],
  [{ shares: ['./none:/shared'] }, `shares[0]: "${folder}/none" is not there`, `mkdir -p '${folder}/none'`],
  [{ shares: ['./a file:/shared'] }, `shares[0]: "${folder}/a file" is no folder`, folder],
  [{ shares: ['./co:lon:/none:/shared:ro'] }, `shares[0]: "${folder}/co:lon:/none" is not there`],
  [{ accel: 'hvf' }, 'accel: "hvf" is no acceleration: it is one of auto, kvm, tcg'],
  [{ autostart: 'yes' }, 'autostart: "yes" is neither true nor false'],
  [{ userData: 'hunter2' }, 'userData: The user data cannot be given to the guest'],
  [{ userData: ' \n' }, 'userData: The user data cannot be given to the guest: it is empty'],
  [
    { userData: '#!/bin/sh\r\necho\r\n' },
    'userData: The user data cannot be given to the guest: its lines end as on Windows',
    "sed -i 's/\\r$//'",
  ],
  [{ userData: '#cloud-config\n{' }, 'userData: The user data cannot be given to the guest: it is not YAML'],
  [{ userData: 7 }, 'userData: undefined is no text'],
  [{ sshKey: '' }, 'sshKey: "" is not a text'],
  [{ options: [] }, 'options: [] is no object'],
  [{ options: { cachemode: 'none' } }, 'options.cachemode: "cachemode" is no option of the driver kvm', 'cacheMode'],
  [{ options: { cacheMode: 'fast' } }, 'options.cacheMode: "fast" is not what it takes'],
  [{ options: { memory: 'x' } }, 'options.memory: "x" is not what it takes'],
])('%j is refused', async (request, message, hint = '') => {
  const error = await specOf(request).catch((thrown: unknown) => thrown);
  expect(HvError.is(error) && error.code).toBe('ERR_INVALID_REQUEST');
  expect((error as HvError).message.slice(0, message.length)).toBe(message);
  expect((error as HvError).hint).toContain(hint);
  expect((error as HvError).hint).toMatch(/\S/);
});

test.each([
  ['flow', `a: ${'['.repeat(100_000)}`],
  ['lists', `a:\n  ${'- '.repeat(100_000)}`],
  ['lines', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
])('user data that no stack would hold is refused: %s', async (_what, yaml) => {
  await expect(specOf({ userData: `#cloud-config\n${yaml}` })).rejects.toMatchObject({
    message: expect.stringContaining('it is not YAML: it is nested too deep') as string,
  });
});

test('user data of many lines, and with a script full of brackets, is taken', async () => {
  const packages = Array.from({ length: 500 }, (_, n) => `  - package-${n}`).join('\n');
  const script = `runcmd:\n  - |\n    ${'[[ -e x ]] || (( { [ '.repeat(100)}\n`;
  await expect(specOf({ userData: `#cloud-config\npackages:\n${packages}\n${script}` })).resolves.toBeDefined();
});

const NO_ENGINE = { opts: [], insecureRegistries: [], registryMirrors: [], labels: [], env: [] };

test('a Docker host is asked for, or follows from the image', async () => {
  const plain = { tlsSans: [], keyType: 'ecdsa', engine: NO_ENGINE };
  await expect(specOf({ docker: true })).resolves.toMatchObject({ image: 'docker', docker: plain });
  await expect(specOf({ image: 'docker' })).resolves.toMatchObject({ docker: plain });
  await expect(specOf({}, { defaults: { image: 'docker' } })).resolves.toMatchObject({ docker: plain });
  expect(await specOf({ image: 'docker', docker: false })).not.toHaveProperty('docker');
  expect(await specOf({ image: 'debian' })).not.toHaveProperty('docker');
  const asked = { tlsSans: ['docker.example.org', '10.0.0.7'], engine: { labels: ['a=b'] }, swarm: { isMaster: true } };
  await expect(specOf({ image: 'debian', docker: asked })).resolves.toMatchObject({ docker: asked });
});

test('what Docker is usually asked for stands behind what the request says', async () => {
  const defaults = { engineInstallUrl: 'https://here.example/docker', registryMirror: 'https://mirror.example' };
  await expect(specOf({ docker: true }, { defaults })).resolves.toMatchObject({
    docker: { engine: { installUrl: defaults.engineInstallUrl, registryMirrors: [defaults.registryMirror] } },
  });
  const engine = { installUrl: 'https://other.example', registryMirrors: ['https://another.example'] };
  await expect(specOf({ docker: { engine } }, { defaults })).resolves.toMatchObject({ docker: { engine } });
});

test.each([
  [{ docker: 'yes' }, /^docker: "yes" is no Docker host/],
  [{ docker: { engine: { labels: ['a'] } } }, /^docker: engine\.labels\.0: "a" must be written as key=value$/],
  [{ docker: { engine: { label: [] } } }, /^docker: .*is no Docker host: engine: .*label/],
  [{ docker: { tlsSans: ['a b'] } }, /^docker: "a b" is no name or address/],
  [{ docker: true, image: 'micro' }, /^image: "micro" has no room for Docker/],
])('%j: refused', async (request, message) => {
  await expect(specOf(request)).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    message: expect.stringMatching(message) as string,
  });
});
