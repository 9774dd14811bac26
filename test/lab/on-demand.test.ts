import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Cli } from './cli';
import { killDaemon, startDaemon } from './daemon';
import { commandLine } from './traces';

interface Daemon {
  pid: number;
  line: string;
}

/** Of the lab, whose processes are the only ones to be seen. */
function daemons(): Daemon[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), line: commandLine(pid).trim() }))
    .filter(({ line }) => /^\S*(?:libvirtd|virtlogd)(?: |$)/.test(line));
}

function isOf(program: string): (daemon: Daemon) => boolean {
  return ({ line }) => line.split(' ')[0]?.endsWith(program) === true;
}

function kill(...programs: string[]): void {
  const running = daemons();
  for (const { pid } of programs.flatMap((program) => running.filter(isOf(program)))) process.kill(pid, 'SIGKILL');
}

/** What a process has open: `0 -> /dev/null`. It may open and close others while one looks. */
function openFiles(pid = 0): string[] {
  const { stdout } = spawnSync('ls', ['-l', join('/proc', String(pid), 'fd')], { encoding: 'utf8' });
  return stdout.split('\n').map((line) => /\d+ -> .*/.exec(line)?.[0] ?? '');
}

test('as root, whoever only asks whether machines can be made starts no libvirt', () => {
  const cli = new Cli();
  killDaemon();
  try {
    expect(cli.done('drivers')).toMatch(/kvm .* healthy [^]*\nkvm: libvirt does not run: the first machine starts it/);
    const drivers = JSON.parse(cli.done('drivers', '-o', 'json')) as object[];
    expect(drivers).toContainEqual(
      expect.objectContaining({ name: 'kvm', health: expect.objectContaining({ healthy: true }) as object }),
    );
    expect(cli.done('doctor')).toBe('All is as it should be.');
    expect(cli.done('ls', '-q')).toBe('');
    expect(daemons().filter(isOf('libvirtd'))).toEqual([]);
  } finally {
    startDaemon();
  }
  expect(cli.done('drivers')).not.toContain('starts it');
});

test('as root where no libvirt runs: the first machine starts it, the next command finds it, or starts it again', () => {
  const cli = new Cli();
  kill('libvirtd', 'virtlogd');
  try {
    const size = ['--cpus', '1', '--memory', '512M', '--disk', '1G'];
    // What it printed has an end: no daemon holds its pipes.
    expect(cli.done('create', ...size, 'dev')).toContain('Machine "dev" is ready.');

    const first = daemons();
    for (const name of ['libvirtd', 'virtlogd']) {
      const [daemon, ...others] = first.filter(isOf(name));
      expect(others).toEqual([]);
      expect(daemon?.line).toMatch(new RegExp(`^/usr/sbin/${name} --daemon --timeout \\d+$`));
      const files = openFiles(daemon?.pid);
      expect(files).toEqual(expect.arrayContaining(['0 -> /dev/null', '1 -> /dev/null', '2 -> /dev/null']));
      expect(files.join('\n')).not.toContain(cli.home);
    }
    // Nobody starts this libvirt, and so its networks, with the host.
    expect(cli.done('ip', 'dev')).toBe('127.0.0.1');
    expect(JSON.parse(cli.done('ls', '-o', 'json'))).toMatchObject([{ name: 'dev', state: 'Running' }]);
    expect(daemons()).toEqual(first);

    kill('libvirtd');
    expect(cli.done('status', 'dev')).toBe('Running');
    expect(cli.done('exec', 'dev', 'hostname')).toBe('dev');
    expect(daemons().map(({ line }) => line)).toEqual(expect.arrayContaining(first.map(({ line }) => line)));

    expect(cli.done('rm', '-y', 'dev')).toContain('Successfully removed dev');
    expect(cli.done('ls', '-q')).toBe('');
    expect(cli.done('doctor')).toBe('All is as it should be.');
  } finally {
    kill('libvirtd', 'virtlogd');
    execFileSync('virtlogd', ['--daemon'], { stdio: 'ignore' });
    startDaemon();
  }
});
