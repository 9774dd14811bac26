import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Cli, inventory } from '../cli';
import { qcow2 } from '../machine';

/** What guest/build-arm64 has made. */
const MADE = join(__dirname, '..', '..', '..', 'build', 'lab', 'micro-aarch64');
/** Seconds of software emulation on a busy host. */
const PATIENCE = 300;

/** hvkit's own small guest as an image's folder, which says for which processor it is. */
function imageFolder(): string {
  const folder = mkdtempSync('/var/lib/libvirt/arm64-');
  for (const name of ['kernel', 'initrd']) cpSync(join(MADE, name), join(folder, name), { dereference: true });
  const notes = { arch: 'aarch64', user: 'hvkit', init: 'micro', cmdline: 'quiet' };
  writeFileSync(join(folder, 'image.json'), JSON.stringify(notes));
  return folder;
}

function nvram(): string[] {
  return readdirSync('/var/lib/libvirt/qemu/nvram');
}

test('a machine with another processor than this host, from create to rm', () => {
  const cli = new Cli({ patience: PATIENCE, env: { HVKIT_TIMEOUT: String(PATIENCE) } });
  const before = inventory();
  const folder = join(cli.home, '..', 'shared');
  mkdirSync(folder);
  writeFileSync(join(folder, 'hello'), 'from the host\n');

  const size = ['--cpus', '1', '--memory', '512M', '--disk', '1G'];
  const share = ['--share', `${folder}:/mnt/shared`];
  cli.done('create', ...size, '--network', 'nat', ...share, '--image', imageFolder(), 'dev');
  expect(cli.done('exec', 'dev', '--', 'sh', '-c', 'echo "$(uname -m) $(hostname) $(sudo id -u)"')).toBe(
    'aarch64 dev 0',
  );
  expect(cli.done('exec', 'dev', 'cat', '/mnt/shared/hello')).toBe('from the host');
  const [domain = ''] = inventory()['domains'] ?? [];
  const xml = execFileSync('virsh', ['--connect', 'qemu:///system', 'dumpxml', domain], { encoding: 'utf8' });
  expect(xml).toMatch(/machine='virt-[^]*<loader [^>]*type='pflash'>/);
  expect(nvram()).toHaveLength(1);
  const ip = cli.done('ip', 'dev');

  cli.done('stop', 'dev');
  cli.done('start', 'dev');
  expect(cli.done('ip', 'dev')).toBe(ip);
  expect(cli.done('exec', 'dev', 'cat', '/mnt/shared/hello')).toBe('from the host');
  expect(cli.done('doctor')).not.toContain('dev');

  cli.done('rm', '-y', 'dev');
  expect(nvram()).toEqual([]);
  expect(inventory()).toEqual(before);
}, 900_000);

test('a disk with nothing to boot, where the firmware is UEFI', () => {
  const cli = new Cli({ patience: PATIENCE, env: { HVKIT_TIMEOUT: String(PATIENCE) } });
  const folder = mkdtempSync('/var/lib/libvirt/arm64-');
  qcow2(folder, 'disk.qcow2', '64M');
  writeFileSync(join(folder, 'image.json'), JSON.stringify({ arch: 'aarch64' }));
  const size = ['--cpus', '1', '--memory', '512M', '--disk', '1G'];
  const { status, stderr } = cli.hvkit(['create', ...size, '--network', 'user', '--image', folder, 'dev']);
  expect(stderr).toMatch(/does not come up: the firmware found nothing to boot from[^]*Take another image/);
  expect(status).toBe(1);
  expect(nvram()).toEqual([]);
}, 900_000);
