import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { domainXml } from './guest/domain';
import { guestImage, readUntil } from './machine';

const KINDS = ['net', 'mnt', 'pid', 'ipc'];

const NETWORK = `<network><name>inside</name><bridge name="inside0"/><forward mode="nat"/>
  <ip address="10.77.0.1" netmask="255.255.255.0"><dhcp><range start="10.77.0.2" end="10.77.0.9"/></dhcp></ip></network>`;

/** What each process is, and in which namespaces: `net:[4026532201]`. One that has ended meanwhile is none. */
function processes(): Map<string, { command: string; namespaces: string[] }> {
  const found = new Map<string, { command: string; namespaces: string[] }>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const namespaces = KINDS.map((kind) => readlinkSync(join('/proc', pid, 'ns', kind)));
      found.set(pid, { command: readFileSync(join('/proc', pid, 'comm'), 'utf8').trim(), namespaces });
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return found;
}

/** What a lab could leave on its host. */
function host(): unknown {
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n'),
    interfaces: readdirSync('/sys/class/net'),
    rules: execFileSync('iptables-save', { encoding: 'utf8' }).replaceAll(/^#.*$|\[\d+:\d+\]/gm, ''),
  };
}

test('a lab whose runner is killed leaves no process, namespace or mount', async () => {
  const before = host();
  const own = new Set(KINDS.map((kind) => readlinkSync(join('/proc/self/ns', kind))));
  // A lab inside of this one, so that this one is what it could leave something on.
  const script = 'virsh net-create /dev/stdin <<<"$1" && virsh create /dev/stdin <<<"$2" && echo up && read';
  const xml = domainXml({ name: 'inside', ...guestImage() });
  const runner = spawn(join(__dirname, 'run'), ['bash', '-c', script, 'bash', NETWORK, xml]);
  const strange = () => [...processes()].filter(([, { namespaces }]) => namespaces.some((each) => !own.has(each)));
  const ended = once(runner, 'exit');
  try {
    await readUntil(runner.stdout, 'up\n');
    const inside = strange().map(([, { command }]) => command);
    expect(inside).toEqual(expect.arrayContaining(['libvirtd', 'virtlogd', 'dnsmasq', 'bash']));
    expect(inside.join(' ')).toMatch(/qemu-system/);
  } finally {
    runner.kill('SIGKILL');
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
  // The kernel ends them one after the other. A namespace that no process is in is gone, with its mounts.
  while (strange().length > 0) await delay(20);
  expect(host()).toEqual(before);
});
