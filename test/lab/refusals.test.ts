import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { MEMBER, STRANGER, type Identity } from './actor';
import { Cli } from './cli';

/** Nobody listens at this port: whoever tries to fetch it says so, instead of what is wrong besides. */
const UNREACHABLE = ['--image', 'http://127.0.0.1:9/disk.qcow2', '--checksum', `sha256:${'0'.repeat(64)}`];

test.each<[string[], RegExp]>([
  [['--network', 'network=nosuch'], /nosuch/],
  [['--network', 'nat', '--kvm-uri', 'embed'], /An embedded libvirt makes no networks/],
  [['--network', 'bridge=nosuch'], /This host has no bridge nosuch/],
  [
    ['-p', '80:80'],
    /Port 80 .* is one of root's, and QEMU does not run as root\nTry: Publish a higher one, such as 8080;/,
  ],
  // libvirt's own, which listens for the last of these.
  [['-p', '16509:80'], /Port 16509 of 127.0.0.1, which dev publishes, is in use by another program/],
  [['--share', '/var/lib/libvirt/a,b:/mnt'], /virtiofsd takes no path with a comma in it\nTry: .*ln -s/],
  [['--ssh-key', '/etc/hostname'], /hostname cannot be used as a private key of ssh/],
  [['--network', 'nat', '-p', '8080:80'], /Ports are published with --network user/],
  [['--network', 'user', '--kvm-uri', 'qemu+tcp://127.0.0.1/system'], /forwarded ports would be on the other host/],
  [['--share', '/etc:/mnt', '--kvm-uri', 'qemu+tcp://127.0.0.1/system', '--network', 'network=x'], /on another host/],
  // Of another architecture, whose acceleration only its image decides.
  [
    [
      '--kvm-uri',
      'qemu+tcp://127.0.0.1/system',
      '--accel',
      'kvm',
      '--kvm-machine-type',
      's390-ccw-virtio',
      '--network',
      'network=nosuch',
    ],
    /nosuch/,
  ],
  [['--kvm-uri', 'xen:///system'], /no connection to libvirt's QEMU driver/],
  [['--memory', '100T'], /The host has \d+ MiB of memory/],
  [['--cpus', '500'], /up to \d+ processors here, not 500/],
])('create %j is refused before its image is fetched', (flags, says) => {
  mkdirSync('/var/lib/libvirt/a,b', { recursive: true });
  const { status, stderr } = new Cli().hvkit(['create', ...UNREACHABLE, ...flags, 'dev']);
  expect(stderr).toMatch(says);
  expect(stderr).not.toContain('looking for the image');
  expect(status).toBe(3);
});

/** What is refused says how to get it. */
function refused(words: string[], options: { identity?: Identity; env?: NodeJS.ProcessEnv }, says: RegExp[]): void {
  const { status, stderr } = new Cli(options).hvkit(['create', ...UNREACHABLE, ...words, 'dev']);
  for (const each of says) expect(stderr).toMatch(each);
  expect(stderr).not.toContain('looking for the image');
  expect(status).toBe(3);
}

const SYSTEM = /It needs qemu:\/\/\/system: start libvirt .* or use --network user/;

test.each<[string, string, RegExp, RegExp]>([
  ['qemu:///session', 'nat', /A session libvirt makes no networks/, SYSTEM],
  ['qemu:///session', 'network=default', /A session libvirt has no networks: no network=default/, SYSTEM],
  ['embed', 'nat', /An embedded libvirt makes no networks/, SYSTEM],
  ['embed', 'network=default', /An embedded libvirt has no networks: no network=default/, SYSTEM],
  ['embed', 'bridge=br0', /bridge br0 only as root/, /Use --kvm-uri qemu:\/\/\/session, .* or --network user/],
  [
    'qemu+tcp://127.0.0.1/system',
    'nat',
    /cannot see which subnets are free/,
    /Name a subnet of that host .*: --network nat:192\.168\.90\.0\/24/,
  ],
])('a user who asks %s for --network %s is told why not, and what does it', (uri, network, why, how) => {
  refused(['--kvm-uri', uri, '--network', network], { identity: STRANGER }, [why, how]);
});

test('LIBVIRT_DEFAULT_URI goes before the libvirt of the system, and --kvm-uri before it', () => {
  const member = (uri: string) => ({ identity: MEMBER, env: { LIBVIRT_DEFAULT_URI: uri } });
  refused(['--network', 'nat'], member('qemu:///session'), [/A session libvirt makes no networks/]);
  refused([], member('xen:///system'), [/"xen:\/\/\/system" is no connection to libvirt's QEMU driver/]);
  refused(['--network', 'nat', '--kvm-uri', 'embed'], member('qemu+tcp://127.0.0.1/system'), [
    /An embedded libvirt makes no networks/,
  ]);
  // Also where the usual one cannot be had at all.
  refused(['--network', 'nat', '--kvm-uri', 'embed'], member('xen:///system'), [
    /An embedded libvirt makes no networks/,
  ]);
  refused([], member('xen:///system'), [/Such are qemu:\/\/\/system/]);
  // An empty one names nothing: the system's has networks, this one not.
  refused(['--network', 'network=nosuch'], member(''), [/libvirt has no network nosuch/]);
});

test("what root has made in a user's home is listed as closed, and hides nothing", () => {
  const cli = new Cli({ identity: STRANGER });
  const machines = join(cli.home, 'machines');
  mkdirSync(machines, { mode: 0o700 });
  chownSync(machines, STRANGER.user, STRANGER.group);
  mkdirSync(join(machines, 'roots'), { mode: 0o700 });
  const wayOut = `Try: If it is yours, and root has made it: sudo chown -R "$USER" '${cli.home}'`;
  expect(cli.done('ls')).toMatch(/^roots .*machine\.json is closed to this user$/m);
  expect(cli.hvkit(['status', 'roots'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(wayOut) as string,
  });
  chownSync(machines, 0, 0);
  expect(cli.hvkit(['ls'])).toMatchObject({ status: 1, stderr: expect.stringContaining(wayOut) as string });
});
