import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { STRANGER } from '../actor';
import { inventory, type Cli } from '../cli';
import { imageFlags, LONG, patientCli, SIZE } from '../distribution';

/** The user's own: what the seed has under the same keys is to be kept beside it. */
const USER_DATA = `#cloud-config
bootcmd:
  - echo theirs >>/root/bootcmd
write_files:
  - { path: /etc/motto, content: "from the user\\n" }
runcmd:
  - echo once >>/root/runcmd
`;

/** A folder of the host's for the guest, with a file in it. */
function sharedFolder(cli: Cli): string {
  const folder = join(cli.home, '..', 'shared');
  mkdirSync(folder);
  writeFileSync(join(folder, 'hello'), 'from the host\n');
  return folder;
}

interface Lease {
  machine?: string;
  address: string;
  clientId?: string;
}

function leases(cli: Cli): Lease[] {
  return JSON.parse(cli.done('leases', 'ls', '-o', 'json')) as Lease[];
}

test(
  'a disk with cloud-init: what the seed says holds, and nothing is left at the end',
  () => {
    const before = inventory();
    const cli = patientCli();
    const inGuest = (script: string): string => cli.done('exec', 'dev', '--', 'sh', '-c', script);
    const folder = sharedFolder(cli);
    const userData = join(cli.home, '..', 'user-data');
    writeFileSync(userData, USER_DATA);
    // Of the same network, so that it stays when the other one goes.
    cli.done(
      'create',
      '--cpus',
      '1',
      '--memory',
      '256M',
      '--disk',
      '1G',
      '--network',
      'nat',
      '--image',
      'micro',
      'other',
    );

    const flags = ['--network', 'nat', '--share', `${folder}:/mnt/shared`, '--user-data', userData];
    cli.done('create', ...SIZE, ...imageFlags(), ...flags, 'dev');
    const ip = cli.done('ip', 'dev');
    expect(inGuest('cloud-init status --wait >/dev/null; cloud-init status')).toBe('status: done');
    expect(inGuest('echo "$(whoami) $(hostname) $(sudo id -u)"')).toBe('hvkit dev 0');
    expect(inGuest('sudo cloud-init schema --system 2>&1')).toMatch(/Valid/i);

    // The one that was in the seed: every connection was verified by it.
    const hostKey = inGuest('sudo cat /etc/ssh/ssh_host_*_key.pub').split(' ').slice(0, 2).join(' ');
    expect(readFileSync(join(cli.home, 'machines', 'dev', 'ssh_host_ed25519_key.pub'), 'utf8')).toContain(hostKey);

    expect(inGuest('cat /etc/motto; sudo cat /root/bootcmd /root/runcmd')).toBe('from the user\ntheirs\nonce');
    expect(Number(inGuest('df --output=size --block-size=1M / | tail -n 1'))).toBeGreaterThan(2500);
    expect(inGuest('findmnt --noheadings --output FSTYPE /mnt/shared; cat /mnt/shared/hello')).toBe(
      'virtiofs\nfrom the host',
    );

    const config = join(cli.home, '..', 'ssh-config');
    writeFileSync(config, cli.done('ssh-config', 'dev'));
    const copied = join(cli.home, '..', 'copied');
    const rsync = (...paths: string[]): void => {
      execFileSync('rsync', ['--archive', '--rsh', `ssh -F ${config}`, ...paths]);
    };
    rsync(`${folder}/`, 'dev:notes/');
    rsync('dev:notes/', `${copied}/`);
    expect(readFileSync(join(copied, 'hello'), 'utf8')).toBe('from the host\n');

    cli.done('stop', 'dev');
    expect(cli.done('logs', 'dev')).toMatch(/reboot: Power down\s*$/);
    cli.done('start', 'dev');
    expect(cli.done('ip', 'dev')).toBe(ip);
    expect(inGuest('cat /mnt/shared/hello; sudo cat /root/runcmd')).toBe('from the host\nonce');

    // systemd-networkd names itself by its DUID, and so it has to be named when its lease is given back.
    expect(leases(cli)).toContainEqual(
      expect.objectContaining({ machine: 'dev', address: ip, clientId: expect.stringMatching(/^ff:/) as string }),
    );
    cli.done('rm', '-y', 'dev');
    expect(leases(cli).map(({ address }) => address)).toEqual([cli.done('ip', 'other')]);
    cli.done('rm', '-y', 'other');
    expect(inventory()).toEqual(before);
  },
  LONG,
);

test(
  'its folders by 9p, where libvirt gives no virtiofs',
  () => {
    const cli = patientCli({ identity: STRANGER });
    const folder = sharedFolder(cli);
    for (const path of [folder, join(folder, 'hello')]) chownSync(path, STRANGER.user, STRANGER.group);
    cli.done('create', ...SIZE, ...imageFlags(), '--network', 'user', '--share', `${folder}:/mnt/shared`, 'dev');
    expect(
      cli.done(
        'exec',
        'dev',
        '--',
        'sh',
        '-c',
        'findmnt --noheadings --output FSTYPE /mnt/shared; cat /mnt/shared/hello',
      ),
    ).toBe('9p\nfrom the host');
    cli.done('exec', 'dev', '--', 'sudo', 'sh', '-c', 'echo from the guest >/mnt/shared/answer');
    expect(readFileSync(join(folder, 'answer'), 'utf8')).toBe('from the guest\n');
    cli.done('rm', '-y', 'dev');
    expect(cli.session()).toEqual([]);
  },
  LONG,
);

test(
  'without an ssh server it is given up as soon as cloud-init has done all it does',
  () => {
    const cli = patientCli();
    const userData = join(cli.home, '..', 'user-data');
    writeFileSync(userData, '#cloud-config\nbootcmd: [[rm, /usr/sbin/sshd]]\n');
    const { status, stderr } = cli.hvkit([
      ...['create', ...SIZE, ...imageFlags(), '--network', 'nat', '--user-data', userData, 'dev'],
    ]);
    expect(stderr).toMatch(/did not come up: its cloud-init has finished, and no ssh server answers in it\n/);
    expect(stderr).toMatch(/the console said last:[^]*Cloud-init v\. \S+ finished at /);
    expect(status).toBe(1);
    expect(cli.done('ls', '-q')).toBe('');
  },
  LONG,
);
