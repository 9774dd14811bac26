import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Cli, inventory } from './cli';
import { SshDoor } from './ssh-door';

const SIZE = ['--cpus', '1', '--memory', '512M', '--disk', '1G'];
const NAT = ['--network', 'nat:10.213.77.0/28'];

test('qemu+tcp: a machine by way of another host, with nothing of it left', () => {
  const before = inventory();
  const cli = new Cli();
  const uri = ['--kvm-uri', 'qemu+tcp://127.0.0.1/system'];
  expect(cli.done('create', ...SIZE, ...uri, ...NAT, 'far')).toContain('Machine "far" is ready.');
  expect(cli.done('ip', 'far')).toMatch(/^10\.213\.77\./);
  expect(cli.done('exec', 'far', 'hostname')).toBe('far');
  // What it has is this host's own as well, by another name: it belongs to a machine all the same.
  expect(cli.done('doctor')).toBe('All is as it should be.');
  expect(JSON.parse(cli.done('leases', 'ls', '-o', 'json'))).toMatchObject([{ machine: 'far' }]);
  cli.done('stop', 'far');
  expect(cli.done('logs', 'far')).not.toBe('');
  cli.done('rm', '-y', 'far');
  expect(cli.done('doctor')).toBe('All is as it should be.');
  expect(inventory()).toEqual(before);
});

test('qemu+ssh: the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-door-'));
  const door = await SshDoor.open(folder);
  try {
    const before = inventory();
    const cli = new Cli();
    expect(cli.done('create', ...SIZE, '--kvm-uri', door.uri('host'), ...NAT, 'far')).toContain('is ready.');
    expect(cli.done('exec', 'far', 'hostname')).toBe('far');
    cli.done('rm', '-y', 'far');
    expect(inventory()).toEqual(before);
  } finally {
    await door.close();
    rmSync(folder, { recursive: true });
  }
});
