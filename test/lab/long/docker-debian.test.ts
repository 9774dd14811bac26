import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { inventory } from '../cli';
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

let before: ReturnType<typeof inventory>;
let server: ChildProcess;
let client: DockerClient;

beforeAll(() => {
  before = inventory();
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-mirror-'));
  symlinkSync(PACKAGES, join(folder, 'packages'));
  server = spawn('busybox', ['httpd', '-f', '-p', '127.0.0.1:8000', '-h', folder], { stdio: 'inherit' });
  client = new DockerClient();
});

afterAll(async () => {
  server.kill();
  await once(server, 'close');
  expect(inventory()).toEqual(before);
});

test(
  "Debian as it comes from a cloud: a Docker host with Debian's own packages, from create to rm",
  () => {
    const cli = patientCli({ patience: PATIENCE });
    const userData = join(cli.home, '..', 'user-data');
    writeFileSync(userData, USER_DATA);
    const flags = [...imageFlags(), '--user-data', userData];
    cli.done(...CREATE, ...flags, '--engine-label', 'env=test', 'dev');
    const docker = client.of(cli, 'dev');
    expect(docker('info', '--format', '{{.OperatingSystem}} {{json .Labels}}')).toMatch(
      /^Debian GNU\/Linux .* \["provider=kvm","env=test"\]$/,
    );
    client.load(cli, 'dev');
    expect(docker('run', '--rm', 'tiny', 'echo', 'from a container')).toBe('from a container');
    cli.done('rm', '-y', 'dev');
    expect(cli.done('ls', '-q')).toBe('');
  },
  LONG,
);
