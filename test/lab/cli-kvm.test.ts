import { execFileSync } from 'node:child_process';

import { Cli, inventory } from './cli';
import { killDaemon, startDaemon } from './daemon';
import { takeLease } from './dhcp-client';

/** The guest need not boot: what is asked for here is the network's and libvirt's. */
const NAT = ['--image', 'micro', '--network', 'nat'];
const STRAY = '52:54:00:00:00:99';
const LONG = 200_000;

function bridgeOf(network: string): string {
  const said = execFileSync('virsh', ['--connect', 'qemu:///system', 'net-info', network], { encoding: 'utf8' });
  return /^Bridge: +(\S+)/m.exec(said)?.[1] ?? '';
}

interface Lease {
  address: string;
  mac: string;
  machine?: string;
}

test(
  'leases: listed, released by their address, pruned where no machine has them; those of machines stay',
  () => {
    const before = inventory();
    const cli = new Cli();
    cli.done('create', ...NAT, 'dev');
    const leases = (): Lease[] => JSON.parse(cli.done('leases', 'ls', '-o', 'json')) as Lease[];
    const ip = cli.done('ip', 'dev');
    expect(leases()).toEqual([expect.objectContaining({ address: ip, machine: 'dev' })]);
    const [network = ''] = execFileSync('virsh', ['--connect', 'qemu:///system', 'net-list', '--name'], {
      encoding: 'utf8',
    })
      .split('\n')
      .filter((name) => name.startsWith('hvkit-'));

    const stray = takeLease(bridgeOf(network), STRAY);
    // The server answers first, and writes it down then.
    while (leases().length < 2) continue;
    expect(leases().map(({ address }) => address)).toContain(stray);
    expect(cli.done('leases', 'release', stray)).toContain(stray);
    expect(leases().map(({ address }) => address)).toEqual([ip]);
    const again = cli.hvkit(['leases', 'release', stray]);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain(stray);

    const more = takeLease(bridgeOf(network), STRAY, '00020000ab11aabbccdd');
    while (leases().length < 2) continue;
    expect(cli.done('leases', 'prune', '--dry-run')).toContain(more);
    expect(leases()).toHaveLength(2);
    expect(cli.done('leases', 'prune')).toContain(more);
    expect(leases().map(({ address }) => address)).toEqual([ip]);
    expect(cli.done('leases', 'prune')).not.toContain(ip);
    expect(cli.done('exec', 'dev', '--', 'hostname')).toBe('dev');

    cli.done('rm', '-y', 'dev');
    expect(inventory()).toEqual(before);
  },
  LONG,
);

test(
  'while libvirtd is gone commands say so; when it is back they tell the truth, and what was under way is completed',
  () => {
    const before = inventory();
    const cli = new Cli({ env: { LIBVIRT_DEFAULT_URI: 'qemu:///system' } });
    const refused = (...words: string[]): void => {
      const { status, stderr } = cli.hvkit(words);
      expect([words[0], status === 0]).toEqual([words[0], false]);
      expect(stderr).toMatch(/libvirt/);
    };
    cli.done('create', ...NAT, 'dev');

    killDaemon();
    try {
      refused('status', 'dev');
      refused('stop', 'dev');
      refused('create', ...NAT, 'other');
      // A list has a line for each machine, whatever is known of it.
      expect(cli.done('ls')).toMatch(/^dev\s.*(?:Error|Unknown|Timeout)/m);
    } finally {
      startDaemon();
    }
    expect(cli.done('ls', '-q')).toBe('dev');
    expect(cli.done('status', 'dev')).toBe('Running');
    cli.done('doctor');
    expect(cli.done('exec', 'dev', '--', 'hostname')).toBe('dev');

    killDaemon();
    try {
      refused('rm', '-y', 'dev');
    } finally {
      startDaemon();
    }
    const { status, stdout } = cli.hvkit(['doctor']);
    expect([status, stdout]).toEqual([1, expect.stringContaining('The removal of the machine "dev" was begun')]);
    cli.done('repair');
    cli.done('doctor');
    expect(cli.done('ls', '-q')).toBe('');
    expect(inventory()).toEqual(before);
  },
  LONG,
);
