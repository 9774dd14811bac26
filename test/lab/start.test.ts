import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { inventory } from './cli';

const ROOT = join(__dirname, '..', '..');

/** `npm start` in this checkout, where packages, build and image are there already: with a home of its own. */
function start(home: string): string {
  const { status, stdout, stderr } = spawnSync('npm', ['start', '--silent'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, HVKIT_HOME: home },
    timeout: 200_000,
  });
  if (status !== 0) throw new Error(`npm start ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

test('npm start makes the machine demo and asks it who it is; again, it says that it runs; stopped, it starts it', () => {
  const before = inventory();
  const home = mkdtempSync('/var/lib/libvirt/start-');
  // With the packages that the image is made of: here is no network to get them from.
  symlinkSync(join(ROOT, 'build', 'micro-home', 'cache'), join(home, 'cache'));
  const hvkit = (...words: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'bin', 'hvkit.js'), ...words], {
      encoding: 'utf8',
      env: { ...process.env, HVKIT_HOME: home },
    });

  const first = start(home);
  expect(first).toMatch(/^demo .*Running/m);
  expect(first).toMatch(/^\$ hvkit exec demo -- uname -a\nLinux demo /m);
  expect(first).not.toContain('already running');
  const second = start(home);
  expect(second).toContain('Machine "demo" is already running.');
  expect(second).toMatch(/^Linux demo /m);
  expect(hvkit('stop', 'demo').status).toBe(0);
  expect(start(home)).toMatch(/^Linux demo /m);

  expect(hvkit('rm', '-y', 'demo').status).toBe(0);
  expect(inventory()).toEqual(before);
  rmSync(home, { recursive: true });
}, 300_000);
