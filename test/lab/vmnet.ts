import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BRIDGE = 'bridge100';

/** What stands for vmnet's shared network: a bridge of its name, and a DHCP server that keeps macOS's table of leases. */
export class Vmnet implements AsyncDisposable {
  readonly leases: string;
  readonly #server: ChildProcess;

  private constructor(leases: string, server: ChildProcess) {
    this.leases = leases;
    this.#server = server;
  }

  /** `folder` receives the table. As many addresses as wanted are given away. */
  static async begin(folder: string, { addresses = 100 } = {}): Promise<Vmnet> {
    const leases = join(folder, 'dhcpd_leases');
    execFileSync('ip', ['link', 'add', BRIDGE, 'type', 'bridge', 'forward_delay', '0']);
    execFileSync('ip', ['addr', 'add', '192.168.64.1/24', 'dev', BRIDGE]);
    execFileSync('ip', ['link', 'set', BRIDGE, 'up']);
    writeFileSync(leases, '');
    const server = spawn(
      'dnsmasq',
      [
        ...[
          '--keep-in-foreground',
          '--conf-file=/dev/null',
          '--user=root',
          '--port=0',
          '--no-ping',
          '--log-facility=-',
        ],
        ...['--bind-interfaces', `--interface=${BRIDGE}`, '--except-interface=lo'],
        `--dhcp-range=192.168.64.2,192.168.64.${1 + addresses},1h`,
        `--dhcp-leasefile=${join(folder, 'dnsmasq.leases')}`,
        `--dhcp-script=${join(__dirname, 'hyperkit', 'lease')}`,
      ],
      { env: { ...process.env, HYPERKIT_LEASES: leases }, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    // It says so when it serves.
    await once(server.stderr, 'data');
    server.stderr.resume();
    return new Vmnet(leases, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.kill();
    await once(this.#server, 'exit');
    execFileSync('ip', ['link', 'del', BRIDGE]);
  }
}
