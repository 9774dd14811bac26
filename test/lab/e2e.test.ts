import { chownSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { MEMBER, STRANGER, type Identity } from './actor';
import { Cli, inventory } from './cli';
import { readUntil } from './machine';

interface Row {
  who: string;
  on: string;
  identity?: Identity;
  flags: string[];
  /** Whether folders of this host can be shared with a guest of this connection. */
  shares: boolean;
  /** Of the home. */
  name?: string;
}

const NAT = ['--network', 'nat'];
const USER = ['--network', 'user', '-p', ':80'];

const ROWS: Row[] = [
  { who: 'root', on: 'system + nat', flags: NAT, shares: true },
  { who: 'a member of the group libvirt', on: 'system + nat', identity: MEMBER, flags: NAT, shares: true },
  {
    who: 'a member, home with a space',
    on: 'system + user',
    identity: MEMBER,
    flags: USER,
    shares: true,
    name: 'my vms',
  },
  {
    who: 'any user, home with a space',
    on: 'session + user',
    identity: STRANGER,
    flags: USER,
    shares: false,
    name: 'my vms',
  },
  {
    who: 'any user, home with a space',
    on: 'embed + user',
    identity: STRANGER,
    flags: [...USER, '--kvm-uri', 'embed'],
    shares: false,
    name: 'my vms',
  },
];

/** The life of a machine by the command alone, and nothing of it left at the end. */
test.each(ROWS)('$on, as $who', async ({ on, identity, flags, shares, name }) => {
  const before = inventory();
  const cli = new Cli({ identity, ...(name !== undefined && { name }) });
  const folder = join(cli.home, '..', 'shared');
  mkdirSync(folder);
  writeFileSync(join(folder, 'hello'), 'from the host\n');
  if (identity) chownSync(folder, identity.user, identity.group);

  const script = join(cli.home, '..', 'set-up');
  writeFileSync(script, '#!/bin/sh\necho "once by $(whoami)" >>/srv/made\n', { mode: 0o644 });

  const size = ['--cpus', '1', '--memory', '512M', '--disk', '1G'];
  const share = shares ? ['--share', `${folder}:/mnt/shared folder`] : [];
  const made = cli.done('create', ...size, ...flags, ...share, '--user-data', script, 'dev');
  const [{ ports = [] } = {}] = JSON.parse(cli.done('ip', '-o', 'json', 'dev')) as { ports?: { host: number }[] }[];
  const published = ports.map(({ host }) => ` Its port 80/tcp is at 127.0.0.1:${host}.`).join('');
  expect(made).toContain(`Machine "dev" is ready.${published} Get a shell`);
  expect(ports).toHaveLength(flags.includes('-p') ? 1 : 0);
  // A machine of the system's or an embedded libvirt starts no session.
  expect(cli.session()).toHaveLength(on.startsWith('session') ? 1 : 0);
  const ip = cli.done('ip', 'dev');
  expect(cli.done('status', 'dev')).toBe('Running');
  expect(cli.done('exec', 'dev', '--', 'sh', '-c', 'echo "$(whoami) $(hostname) $(sudo id -u)"')).toBe('hvkit dev 0');
  expect(cli.hvkit(['ssh', 'dev', 'exit 7']).status).toBe(7);
  expect(cli.hvkit(['exec', 'dev', 'no-such-program']).status).toBe(127);

  const there = join(cli.home, '..', 'notes from here.txt');
  writeFileSync(there, 'a few words\n', { mode: 0o644 });
  cli.done('scp', '-q', there, 'dev:/tmp/notes.txt');
  expect(cli.done('exec', 'dev', 'cat', '/tmp/notes.txt')).toBe('a few words');
  cli.done('scp', '-q', 'dev:/etc/hostname', join(cli.home, 'hostname'));
  expect(readFileSync(join(cli.home, 'hostname'), 'utf8').trim()).toBe('dev');

  if (shares) expect(cli.done('exec', 'dev', 'cat', '/mnt/shared folder/hello')).toBe('from the host');

  cli.done('exec', 'dev', '--', 'sh', '-c', 'until [ -s /srv/made ]; do sleep 0.1; done');

  cli.done('pause', 'dev');
  expect(cli.done('status', 'dev')).toBe('Paused');
  cli.done('resume', 'dev');
  expect(cli.done('exec', 'dev', 'echo', 'awake')).toBe('awake');

  const console = cli.start('console', 'dev');
  console.stdin.write('\n');
  await readUntil(console.stdout, 'dev');
  console.stdin.write('\x1d');
  const status = await new Promise((resolve) => console.once('close', resolve));
  expect(status).toBe(0);

  cli.done('stop', 'dev');
  expect(cli.done('status', 'dev')).toBe('Stopped');
  expect(cli.hvkit(['ip', 'dev'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('Host is not running') as string,
  });
  expect(cli.done('start', 'dev')).toContain('dev');
  expect(cli.done('ip', 'dev')).toBe(ip);
  if (shares) expect(cli.done('exec', 'dev', 'cat', '/mnt/shared folder/hello')).toBe('from the host');
  expect(cli.done('exec', 'dev', 'cat', '/srv/made')).toBe('once by root');
  expect(cli.done('logs', 'dev')).not.toMatch(/^$|: not found/);
  expect(JSON.parse(cli.done('ls', '-o', 'json'))).toMatchObject([{ name: 'dev', driver: 'kvm', state: 'Running' }]);
  expect(cli.done('doctor')).not.toContain('dev');

  expect(cli.done('rm', '-y', 'dev')).toContain('Successfully removed dev');
  expect(cli.done('ls', '-q')).toBe('');
  expect(cli.done('doctor')).toBe('All is as it should be.');
  expect(readdirSync(join(cli.home, 'machines'))).toEqual([]);
  expect(cli.session()).toEqual([]);
  expect(inventory()).toEqual(before);
});
