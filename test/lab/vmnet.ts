import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { readLeases } from '../../src/native/vmnet';

export const BRIDGE = 'bridge100';
const HOST = '192.168.64.1';

export interface VmnetOptions {
  /** Of the network, as its settings say. */
  bits?: number;
  /** How many its DHCP server gives away. */
  addresses?: number;
  /** An address out of another network, for the machine of this name: as of macOS 26, where each such network is one of its own. */
  kept?: { name: string; address: string };
}

/** What stands for vmnet's shared network: a bridge of its name, and a DHCP server that keeps macOS's table of leases. */
export class Vmnet implements AsyncDisposable {
  readonly leases: string;
  readonly settings: string;
  readonly #folder: string;
  readonly #bits: number;
  readonly #addresses: number;
  readonly #kept: VmnetOptions['kept'];
  #server: ChildProcess | undefined;

  /** `folder` receives the table of leases, and the settings. */
  constructor(folder: string, { bits = 24, addresses = 100, kept }: VmnetOptions = {}) {
    this.#folder = folder;
    this.#bits = bits;
    this.#addresses = addresses;
    this.#kept = kept;
    this.leases = join(folder, 'dhcpd_leases');
    this.settings = join(folder, 'vmnet.plist');
  }

  static async begin(folder: string, options?: VmnetOptions): Promise<Vmnet> {
    const vmnet = new Vmnet(folder, options);
    await vmnet.up();
    return vmnet;
  }

  async up(): Promise<void> {
    const mask = `255.255.255.${256 - 2 ** (32 - this.#bits)}`;
    writeFileSync(this.settings, plist({ Shared_Net_Address: HOST, Shared_Net_Mask: mask }));
    writeFileSync(this.leases, '');
    execFileSync('ip', ['link', 'add', BRIDGE, 'type', 'bridge', 'forward_delay', '0']);
    execFileSync('ip', ['addr', 'add', `${HOST}/${this.#bits}`, 'dev', BRIDGE]);
    if (this.#kept) execFileSync('ip', ['addr', 'add', `${hostBeside(this.#kept.address)}/24`, 'dev', BRIDGE]);
    execFileSync('ip', ['link', 'set', BRIDGE, 'up']);
    await this.#serve();
  }

  /** bootpd ends when nobody has asked for a while, and knows what stands in the table when it is started again. */
  async again(): Promise<void> {
    await this.#end();
    const { leases } = await readLeases({ path: this.leases });
    const known = leases.map(({ address, mac = '', expires }) => {
      const seconds = Math.floor((expires?.getTime() ?? 0) / 1000);
      return `${seconds} ${mac} ${address} * 01:${mac}\n`;
    });
    writeFileSync(join(this.#folder, 'dnsmasq.leases'), known.join(''));
    await this.#serve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server) return;
    await this.#end();
    execFileSync('ip', ['link', 'del', BRIDGE]);
  }

  async #serve(): Promise<void> {
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
        `--dhcp-range=192.168.64.2,192.168.64.${1 + this.#addresses},1h`,
        ...(this.#kept ? keeping(this.#kept) : []),
        `--dhcp-leasefile=${join(this.#folder, 'dnsmasq.leases')}`,
        `--dhcp-script=${join(__dirname, 'hyperkit', 'lease')}`,
      ],
      { env: { ...process.env, HYPERKIT_LEASES: this.leases }, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    // It says so when it serves.
    await once(server.stderr, 'data');
    server.stderr.resume();
    this.#server = server;
  }

  async #end(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    server.kill();
    await once(server, 'exit');
  }
}

function hostBeside(address: string): string {
  return address.replace(/\d+$/, '1');
}

function keeping({ name, address }: { name: string; address: string }): string[] {
  return [`--dhcp-range=${address.replace(/\d+$/, '0')},static,1h`, `--dhcp-host=${name},${address}`];
}

function plist(values: Readonly<Record<string, string>>): string {
  const entries = Object.entries(values).map(([key, value]) => `<key>${key}</key><string>${value}</string>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${entries.join('')}</dict></plist>\n`;
}
