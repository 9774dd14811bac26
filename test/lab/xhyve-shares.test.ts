import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import type { Machine } from '../../src';
import { findProcess, signalProcess, watchProcess } from '../../src/native/hyperkit';
import { xhyveFrame } from './xhyve-frame';
import { NOBODY } from './xhyve-place';

/** Folders shared with a guest of hyperkit's, by Linux's own client of 9P in it. */
const A_LIFE = 300_000;

const { place, hv } = xhyveFrame();
const image = place.imageWith9p('micro-9p');
const work = place.nobodysFolder('work');
const data = place.nobodysFolder('data');

/** As a checkout has them: many small files, some large, links, modes and times. */
function makeTree(path: string): void {
  for (let index = 0; index < 80; ++index) {
    const below = join(path, `${index % 17}`, `${index % 5}`);
    mkdirSync(below, { recursive: true });
    const file = join(below, `file ${index} ü`);
    writeFileSync(file, Buffer.alloc((index * 137) % 9000, `content ${index} `));
    utimesSync(file, 1_600_000_000 + index, 1_700_000_000 + index);
    if (index % 10 === 0) chmodSync(file, index % 20 === 0 ? 0o755 : 0o600);
  }
  writeFileSync(join(path, 'large'), Buffer.alloc(1_000_001, 'not a multiple of any page. '));
  symlinkSync('large', join(path, 'link'));
  symlinkSync('/nowhere/at/all', join(path, 'dangling'));
  execFileSync('chown', ['-hR', `${NOBODY}:${NOBODY}`, path]);
}

/** That they hold the same, with the same rights, files of the same times, and links that say the same. */
function expectSame(one: string, other: string): void {
  execFileSync('diff', ['-r', '--no-dereference', one, other]);
  const [first, second] = [one, other].map((path) => {
    const told = [
      '-type',
      'f',
      '-printf',
      '%P %m %s %n %Ts\\n',
      '-o',
      '-type',
      'd',
      '-printf',
      '%P %m\\n',
      '-o',
      '-printf',
      '%P %l\\n',
    ];
    return execFileSync('find', [path, '-mindepth', '1', ...told], { encoding: 'utf8' })
      .split('\n')
      .toSorted();
  });
  expect(second).toEqual(first);
}

async function says(machine: Machine, script: string): Promise<string> {
  const { status, stdout, stderr } = await machine.exec('sh', ['-c', script]);
  if (status !== 0) throw new Error(`${status}: ${stderr}`);
  return stdout.trim();
}

test(
  'what is written on either side is there on the other, as long as the machine lives',
  async () => {
    const shares = [`${work}:/shared`, `${data}:/data:ro`];
    const machine = await hv.create({ name: 'dev', cpus: 1, memory: 256, disk: '64M', image, shares });

    // Either way, as the guest's own user, and as root.
    writeFileSync(join(work, 'here'), 'from the host');
    chownSync(join(work, 'here'), NOBODY, NOBODY);
    expect(await says(machine, 'cat /shared/here && echo "; added" >>/shared/here && echo guest >/shared/there')).toBe(
      'from the host',
    );
    expect(readFileSync(join(work, 'here'), 'utf8')).toBe('from the host; added\n');
    expect(statSync(join(work, 'there')).uid).toBe(NOBODY);
    await says(machine, 'sudo sh -c "echo root >/shared/roots; chown 7:7 /shared/roots; chmod 4755 /shared/roots"');
    expect(statSync(join(work, 'roots'))).toMatchObject({ uid: NOBODY, mode: 0o100755 });

    // A tree, there and back.
    makeTree(join(work, 'tree'));
    await says(
      machine,
      'cp -a /shared/tree /tmp/copy && diff -r /shared/tree /tmp/copy && cp -a /tmp/copy /shared/back',
    );
    expectSame(join(work, 'tree'), join(work, 'back'));
    await says(machine, 'cd /shared && tar -cf - tree | (mkdir unpacked && tar -xf - -C unpacked)');
    expectSame(join(work, 'tree'), join(work, 'unpacked', 'tree'));
    expect(await says(machine, 'cd /shared && rm -r tree unpacked && mv back moved && ls moved | wc -l && ls')).toBe(
      '20\nhere\nmoved\nroots\nthere',
    );
    // Renamed while it is open, cut, and its pages mapped: a program that runs from there.
    await says(machine, 'cd /shared && exec 3>>there && mv there moved/ && echo more >&3 && truncate -s 3 here');
    expect(readFileSync(join(work, 'moved/there'), 'utf8')).toBe('guest\nmore\n');
    expect(readFileSync(join(work, 'here'), 'utf8')).toBe('fro');
    expect(await says(machine, 'cp /usr/bin/busybox /shared/echo && /shared/echo it runs')).toBe('it runs');

    // A link leads to what the guest has there.
    expect(await says(machine, 'ln -s /etc/hostname /shared/link && cat /shared/link && rm /shared/link')).toBe('dev');
    writeFileSync(join(data, 'constant'), 'read');
    expect(await says(machine, 'cat /data/constant; touch /data/new 2>&1 || true')).toContain('Read-only file system');

    // The guest's own reset, after which another server serves it.
    const first = await place.processOf(machine);
    const ended = (await watchProcess(first)).exit();
    await machine.exec('sudo', ['sh', '-c', '(sleep 1; reboot) </dev/null >/dev/null 2>&1 &']);
    await ended;
    await hv.machine('dev').then((found) => found.start());
    writeFileSync(join(work, 'again'), 'after the reset');
    expect(await says(machine, 'cat /shared/again; df /shared | wc -l')).toBe('after the reset2');

    // hyperkit does not live without who serves it.
    const [server] = place.processes().filter((line) => line.includes('/hvkit-9p ') && line.includes('share0 '));
    expect(server).toBeDefined();
    const vm = await place.processOf(machine);
    const pid = Number(execFileSync('pgrep', ['-f', `^${(server ?? '').trim()}`], { encoding: 'utf8' }));
    const identity = await findProcess(pid);
    const over = (await watchProcess(vm)).exit();
    if (identity) await signalProcess(identity, 'SIGKILL');
    await over;
    await place.serversGone();
    expect(await hv.list()).toMatchObject([{ state: 'Stopped' }]);
  },
  A_LIFE,
);
