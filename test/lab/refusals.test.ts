import { Cli } from './cli';

/** Nobody listens at this port: whoever tries to fetch it says so, instead of what is wrong besides. */
const UNREACHABLE = ['--image', 'http://127.0.0.1:9/disk.qcow2', '--checksum', `sha256:${'0'.repeat(64)}`];

test.each<[string[], RegExp]>([
  [['--network', 'network=nosuch'], /nosuch/],
  [['--network', 'nat', '--kvm-uri', 'embed'], /An? embed libvirt makes no networks/],
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
  const { status, stderr } = new Cli().hvkit(['create', ...UNREACHABLE, ...flags, 'dev']);
  expect(stderr).toMatch(says);
  expect(stderr).not.toContain('looking for the image');
  expect(status).toBe(3);
});
