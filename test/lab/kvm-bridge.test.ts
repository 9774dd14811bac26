import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { STRANGER } from './actor';
import { Cli, inventory } from './cli';
import { killDaemon, startDaemon } from './daemon';

const SIZE = ['--cpus', '1', '--memory', '512M', '--disk', '1G'];
const BRIDGE = 'hvkitbr0';
const LEASES = '/run/hvkit-bridge.leases';
const PID = '/run/hvkit-bridge.pid';

/** A bridge of the host's own, with somebody's DHCP server on it. */
function withBridge(use: () => void): void {
  const ip = (...args: string[]) => execFileSync('ip', args);
  ip('link', 'add', BRIDGE, 'type', 'bridge');
  ip('address', 'add', '10.214.5.1/24', 'dev', BRIDGE);
  ip('link', 'set', BRIDGE, 'up');
  const options = [`--interface=${BRIDGE}`, '--bind-interfaces', '--except-interface=lo', '--port=0'];
  const range = ['--dhcp-range=10.214.5.10,10.214.5.50,5m', `--dhcp-leasefile=${LEASES}`];
  // It goes to the background when it listens. What it was started by ends a moment later.
  execFileSync('dnsmasq', ['--conf-file=/dev/null', `--pid-file=${PID}`, ...options, ...range]);
  while (execFileSync('pgrep', ['-x', 'dnsmasq'], { encoding: 'utf8' }).trim() !== readFileSync(PID, 'utf8').trim());
  try {
    use();
  } finally {
    process.kill(Number(readFileSync(PID, 'utf8')));
    rmSync(LEASES, { force: true });
    ip('link', 'delete', BRIDGE);
  }
}

test.each([
  ['system', []],
  ['embed', ['--kvm-uri', 'embed']],
])('%s, as root: a guest on a bridge, that has no agent and has talked to nobody here, is found', (on, uri) => {
  withBridge(() => {
    const before = inventory();
    const cli = new Cli();
    expect(cli.done('create', ...SIZE, ...uri, '--network', `bridge=${BRIDGE}`, 'dev')).toContain('is ready.');
    expect(cli.done('ip', 'dev')).toMatch(/^10\.214\.5\.\d+$/);
    expect(cli.done('exec', 'dev', 'hostname')).toBe('dev');
    if (on === 'system') {
      const { domain } = (JSON.parse(cli.done('inspect', 'dev')) as { plan: { domain: string } }).plan;
      // How long an agent is waited for is libvirt's own default again: whoever asks it next is not cut short.
      expect(readFileSync(`/run/libvirt/qemu/${domain}.xml`, 'utf8')).toContain('<agentTimeout>-2</agentTimeout>');
    }
    cli.done('rm', '-y', 'dev');
    // An embedded libvirt keeps its own folder for the next machine.
    const { embedded } = before;
    expect({ ...inventory(), ...(on === 'embed' && { embedded }) }).toEqual(before);
  });
});

const HELPER = '/usr/lib/qemu/qemu-bridge-helper';
const ALLOWED = '/etc/qemu';

/** As an administrator allows it: the helper with root's rights, and the bridges that it may join. */
function withBridgeHelper(use: () => void): void {
  const folder = mkdtempSync('/run/hvkit-bridge-helper-');
  copyFileSync(HELPER, join(folder, 'helper'));
  chmodSync(join(folder, 'helper'), 0o4755);
  mkdirSync(join(folder, 'allowed'));
  writeFileSync(join(folder, 'allowed', 'bridge.conf'), `allow ${BRIDGE}\n`);
  for (const each of [folder, join(folder, 'allowed')]) chmodSync(each, 0o755);
  const made = mkdirSync(ALLOWED, { recursive: true });
  execFileSync('mount', ['-o', 'remount,suid', '/run']);
  execFileSync('mount', ['--bind', join(folder, 'helper'), HELPER]);
  execFileSync('mount', ['--bind', join(folder, 'allowed'), ALLOWED]);
  try {
    use();
  } finally {
    for (const place of [HELPER, ALLOWED]) execFileSync('umount', [place]);
    if (made !== undefined) rmdirSync(made);
    rmSync(folder, { recursive: true });
  }
}

test("session: an ordinary user's guest joins the bridge by QEMU's helper", () => {
  withBridge(() => {
    const before = inventory();
    const cli = new Cli({ identity: STRANGER });
    const words = [...SIZE, '--kvm-uri', 'qemu:///session', '--network', `bridge=${BRIDGE}`, 'dev'];
    // Nobody has allowed it yet.
    const { status, stderr } = cli.hvkit(['create', ...words]);
    expect(status).toBe(1);
    expect(stderr).toContain(`QEMU's helper may not join the bridge ${BRIDGE}: `);
    expect(stderr).toContain(
      `sudo sh -c "mkdir -p /etc/qemu && echo allow ${BRIDGE} >>/etc/qemu/bridge.conf && chmod u+s ${HELPER}"`,
    );
    withBridgeHelper(() => {
      expect(cli.done('create', ...words)).toContain('is ready.');
      expect(cli.done('ip', 'dev')).toMatch(/^10\.214\.5\.\d+$/);
      expect(cli.done('exec', 'dev', 'hostname')).toBe('dev');
      cli.done('rm', '-y', 'dev');
      expect(cli.session()).toEqual([]);
      expect(inventory()).toEqual(before);
    });
  });
});

test('with --autostart a machine is up again after the host was, without anybody of hvkit', () => {
  const before = inventory();
  const cli = new Cli();
  cli.done('create', ...SIZE, '--network', 'nat', '--autostart', 'dev');
  const ip = cli.done('ip', 'dev');
  cli.done('stop', 'dev');
  const [network = ''] = execFileSync('virsh', ['-q', 'net-list', '--name'], { encoding: 'utf8' }).split('\n');
  execFileSync('virsh', ['net-destroy', network]);
  killDaemon();
  // By these libvirt knows that the host was not restarted.
  execFileSync('find', ['/run/libvirt', '-name', 'autostarted', '-delete']);
  startDaemon();
  expect(cli.done('start', 'dev')).toBe('Machine "dev" is already running.');
  expect(cli.done('ip', 'dev')).toBe(ip);
  expect(cli.done('exec', 'dev', 'hostname')).toBe('dev');
  cli.done('rm', '-y', 'dev');
  expect(inventory()).toEqual(before);
});
