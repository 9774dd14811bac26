import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { inventory, type Cli } from '../cli';
import { imageFlags, PACKAGES, patientCli, SIZE } from '../distribution';
import { DockerClient } from '../docker-client';

/** Unpacking and setting up Docker takes a guest of software longer than its first boot. */
const LONG = 40 * 60_000;
const PATIENCE = 1500;

/** As a machine of the network `user` sees what listens on this host's 127.0.0.1. */
const SERVER = 'http://10.0.2.2:8000';
/** Of two emulated processors, each waits for the other where the host is busy. */
const CREATE = ['create', '--docker', ...SIZE, '--cpus', '1', '--network', 'user'];

/** apt-get is told of the lab's own mirror as it would be of a company's. */
const USER_DATA = `#cloud-config
apt:
  preserve_sources_list: false
  sources_list: "deb [trusted=yes] ${SERVER}/packages/ ./\\n"
`;

const INSTALL = `#!/bin/sh
set -e
apt-get -q update
DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install docker.io
echo by-script >/etc/installed
`;

let before: ReturnType<typeof inventory>;
let mirror: string;
let server: ChildProcess;
let client: DockerClient;
/** Made beside the other machine: each has a processor of this host's. */
let scripted: { cli: Cli; status: Promise<unknown>; said: Promise<string> };

beforeAll(() => {
  before = inventory();
  mirror = mkdtempSync(join(tmpdir(), 'hvkit-mirror-'));
  symlinkSync(PACKAGES, join(mirror, 'packages'));
  writeFileSync(join(mirror, 'install.sh'), INSTALL);
  server = spawn('busybox', ['httpd', '-f', '-p', '127.0.0.1:8000', '-h', mirror], { stdio: 'inherit' });
  client = new DockerClient();
  const { cli, flags } = prepared();
  const creating = cli.start(...CREATE, ...flags, '--engine-install-url', `${SERVER}/install.sh`, 'script');
  creating.stdout.resume();
  const status = once(creating, 'close').then(([code]) => code as unknown);
  scripted = { cli, status, said: text(creating.stderr) };
});

afterAll(async () => {
  server.kill();
  await once(server, 'close');
  expect(inventory()).toEqual(before);
});

function prepared(): { cli: Cli; flags: string[] } {
  const cli = patientCli({ patience: PATIENCE });
  const userData = join(cli.home, '..', 'user-data');
  writeFileSync(userData, USER_DATA);
  return { cli, flags: [...imageFlags(), '--user-data', userData] };
}

function asRoot(cli: Cli, name: string): (script: string) => string {
  return (script) => cli.done('exec', name, '--', 'sudo', 'sh', '-c', script);
}

/** A day later the mirror has another containerd, whose package leaves the old one running, as Ubuntu's does. */
function publishContainerd(): void {
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-newer-'));
  for (const name of readdirSync(PACKAGES)) {
    if (name !== 'Packages') symlinkSync(join(PACKAGES, name), join(folder, name));
  }
  const old = readdirSync(PACKAGES).find((name) => name.startsWith('containerd_')) ?? 'containerd';
  const root = join(mkdtempSync(join(tmpdir(), 'hvkit-package-')), 'root');
  execFileSync('dpkg-deb', ['--raw-extract', join(PACKAGES, old), root]);
  const edit = (name: string, from: RegExp, to: string): void => {
    const file = join(root, 'DEBIAN', name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  };
  edit('control', /^(Version: .*)$/m, '$1+newer');
  edit('postinst', /_dh_action=restart/, '_dh_action=start');
  const built = join(folder, 'newer.deb');
  execFileSync('dpkg-deb', ['-Znone', '--build', root, built]);
  const [sha256 = ''] = execFileSync('sha256sum', [built], { encoding: 'utf8' }).split(' ');
  const [size = ''] = execFileSync('stat', ['--format=%s', built], { encoding: 'utf8' }).split('\n');
  const fields = `${execFileSync('dpkg-deb', ['--field', built], { encoding: 'utf8' }).trim()}
Filename: newer.deb
Size: ${size}
SHA256: ${sha256}
`;
  writeFileSync(join(folder, 'Packages'), `${readFileSync(join(PACKAGES, 'Packages'), 'utf8')}\n${fields}`);
  symlinkSync(folder, join(mirror, 'packages.new'));
  renameSync(join(mirror, 'packages.new'), join(mirror, 'packages'));
}

/** Changed by whatever restarts dockerd, writes its files anew with anything else, or installs something. */
const STATE = `systemctl show --property InvocationID docker.service containerd.service
sha256sum /etc/docker/* /etc/systemd/system/docker.service.d/* /var/lib/dpkg/status`;
const CONTAINERD = 'readlink "/proc/$(systemctl show --property MainPID --value containerd.service)/exe"';

test(
  "Debian as it comes from a cloud: a Docker host with Debian's own packages, from create to rm",
  () => {
    const { cli, flags } = prepared();
    cli.done(...CREATE, ...flags, '--engine-label', 'env=test', 'dev');
    const inGuest = asRoot(cli, 'dev');
    const docker = client.of(cli, 'dev');
    expect(docker('info', '--format', '{{.OperatingSystem}} {{json .Labels}}')).toMatch(
      /^Debian GNU\/Linux .* \["provider=kvm","env=test"\]$/,
    );
    client.load(cli, 'dev');
    expect(docker('run', '--rm', 'tiny', 'echo', 'from a container')).toBe('from a container');
    const serve = ['tiny', 'sh', '-c', 'echo from web >/answer; exec httpd -f -p 80 -h /'];
    docker('run', '--detach', '--restart', 'always', '--name', 'web', '--publish', '8080:80', ...serve);
    const ask = 'until wget -q -O - http://127.0.0.1:8080/answer; do sleep 1; done';
    const answer = (): string => docker('run', '--rm', '--network', 'host', 'tiny', 'sh', '-c', ask);
    expect(answer()).toBe('from web');
    expect(inGuest('docker ps --format "{{.Names}}"')).toBe('web');

    const state = inGuest(STATE);
    expect(cli.done('provision', 'dev')).toBe('Machine "dev" is a Docker host.');
    expect(inGuest(STATE)).toBe(state);

    cli.done('stop', 'dev');
    cli.done('start', 'dev');
    expect(docker('ps', '--format', '{{.Names}}')).toBe('web');
    expect(answer()).toBe('from web');
    expect(cli.done('doctor')).toBe('All is as it should be.');

    publishContainerd();
    expect(cli.done('upgrade', 'dev')).toMatch(/^Machine "dev" has the newest Docker already, /);
    expect(inGuest("dpkg-query --show --showformat '${Version}' containerd")).toMatch(/\+newer$/);
    expect(inGuest(CONTAINERD)).toBe('/usr/bin/containerd');
    expect(answer()).toBe('from web');

    cli.done('rm', '-y', 'dev');
    expect(cli.done('ls', '-q')).toBe('');
  },
  LONG,
);

test(
  'the same by a script of an URL, on a system that has nothing to download it with',
  async () => {
    const { cli, status, said } = scripted;
    expect((await status) === 0 ? '' : await said).toBe('');
    expect(asRoot(cli, 'script')('cat /etc/installed')).toBe('by-script');
    expect(client.of(cli, 'script')('version', '--format', '{{.Server.Os}}')).toBe('linux');
    cli.done('rm', '-y', 'script');
    expect(cli.done('ls', '-q')).toBe('');
  },
  LONG,
);
