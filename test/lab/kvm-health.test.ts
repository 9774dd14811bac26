import { execFileSync } from 'node:child_process';

import type { Health } from '../../src/drivers/driver';
import { Actor, MEMBER, STRANGER } from './actor';

/** On a host where these are not installed. */
function healthWithout(...programs: string[]): Health {
  const ask = `
    const { kvm } = require(${JSON.stringify(require.resolve('../../dist/drivers/kvm'))});
    const home = { path: '/nowhere', id: '00000000' };
    kvm.health({ home, env: process.env, warn() {} }).then((health) => console.log(JSON.stringify(health)));`;
  const hide = programs.map((program) => `[ ! -e ${program} ] || mount --bind /dev/null ${program}`).join('\n');
  const script = `set -e\n${hide}\nexec "$0" -e "$1"`;
  const said = execFileSync('unshare', ['--mount', 'sh', '-c', script, process.execPath, ask], { encoding: 'utf8' });
  return JSON.parse(said) as Health;
}

test('where all is there, it is well', () => {
  expect(healthWithout()).toEqual({ installed: true, healthy: true });
});

test.each([
  ['QEMU', ['/usr/bin/qemu-system-x86_64'], 'QEMU', /qemu/],
  ['libvirt', ['/usr/sbin/libvirtd', '/usr/sbin/virtqemud'], 'libvirt', /libvirt/],
])('without %s: the command that installs it', (_, programs, name, packages) => {
  const { installed, healthy, reason, fix } = healthWithout(...programs);
  expect([installed, healthy]).toEqual([false, false]);
  expect(reason).toContain(`${name} is not installed`);
  expect(fix).toMatch(/install|-S/);
  expect(fix).toMatch(packages);
});

test.each([
  ['virtlogd', ['/usr/sbin/virtlogd']],
  ['dnsmasq', ['/usr/sbin/dnsmasq']],
])('without %s, which libvirt needs, the same', (name, programs) => {
  const { installed, healthy, reason, fix } = healthWithout(...programs);
  expect([installed, healthy]).toEqual([true, false]);
  expect(reason).toContain(name);
  expect(fix).toMatch(/install|-S/);
});

test('as an ordinary user: well by the group, well by a session, and what to join where neither can be had', async () => {
  await using member = new Actor({ identity: MEMBER });
  expect(await member.ask('health')).toEqual({ installed: true, healthy: true });
  await using stranger = new Actor({ identity: STRANGER });
  expect(await stranger.ask('health')).toEqual({ installed: true, healthy: true });
  await using shut = new Actor({ identity: STRANGER, env: { XDG_RUNTIME_DIR: '/root/nowhere' } });
  expect(await shut.ask('health')).toMatchObject({
    installed: true,
    healthy: false,
    reason: expect.stringContaining('Permission denied') as string,
    fix: expect.stringContaining('sudo usermod -aG libvirt') as string,
  });
});
