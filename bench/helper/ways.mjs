// Two guests, which are network namespaces: what differs is the way of their frames to vmnet's bridge.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const BRIDGE = 'bridge100';
const SOURCES = [
  'common/value.cc',
  'vmnet/helper/frames.cc',
  'vmnet/helper/messages.cc',
  'vmnet/helper/relay.cc',
  'vmnet/leases/table.cc',
  'vmnet/linux/network_interface.cc',
];
const UUIDS = { helper: '4fd0cc2a-6d37-4ca7-91e9-0f4b4d6f6a14', tap: '5fd0cc2a-6d37-4ca7-91e9-0f4b4d6f6a14' };
const USER = '4711';

const ip = (...words) => execFileSync('ip', words);

export class Ways {
  #folder = mkdtempSync('/run/hvkit-bench-');
  #processes = [];

  static async make({ root, folder }) {
    const ways = new Ways();
    const peer = join(folder, 'peer');
    const native = join(root, 'native');
    const sources = [join(import.meta.dirname, 'peer.cc'), ...SOURCES.map((file) => join(native, file))];
    execFileSync('c++', ['-std=c++17', '-O3', `-I${native}`, ...sources, '-o', peer, '-pthread']);
    ip('link', 'add', BRIDGE, 'type', 'bridge', 'forward_delay', '0');
    ip('addr', 'add', '192.168.64.1/24', 'dev', BRIDGE);
    ip('link', 'set', BRIDGE, 'up');
    const socket = join(ways.#folder, 'socket');
    const helper = spawn(
      join(root, 'build', 'Release', 'hvkit-vmnet'),
      ['listen', socket, join(ways.#folder, 'state'), '/run/none', USER],
      { stdio: 'inherit' },
    );
    ways.#processes.push(helper);
    await listens(socket, helper);
    await ways.#guest('by-helper', '192.168.64.2', [peer, 'helper', socket, UUIDS.helper]);
    await ways.#guest('by-tap', '192.168.64.3', [peer, 'tap', UUIDS.tap]);
    return ways;
  }

  /** Bits in a second, for so many seconds; the guest sends if it is `from` it. */
  async measure(name, address, { seconds, from }) {
    const server = spawn('ip', ['netns', 'exec', name, 'iperf3', '--server', '--one-off', '--forceflush'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(server.stdout, 'data'); // it listens
    server.stdout.resume();
    const words = ['--client', address, '--json', '--time', String(seconds), ...(from ? ['--reverse'] : [])];
    const { stdout } = spawnSync('iperf3', words, { encoding: 'utf8' });
    const { end, error } = JSON.parse(stdout);
    if (error) throw new Error(`iperf3: ${error}`);
    await once(server, 'exit');
    return end.sum_received.bits_per_second;
  }

  async #guest(name, address, [program, ...words]) {
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'link', 'add', BRIDGE, 'type', 'bridge', 'forward_delay', '0');
    ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', BRIDGE);
    ip('-n', name, 'link', 'set', BRIDGE, 'up');
    const namespace = openSync(`/run/netns/${name}`, 'r');
    const peer = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit', namespace] });
    closeSync(namespace);
    this.#processes.push(peer);
    await once(peer.stdout, 'data');
  }

  async [Symbol.asyncDispose]() {
    for (const process of this.#processes.reverse()) {
      process.kill();
      if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
    }
    for (const name of ['by-helper', 'by-tap']) ip('netns', 'del', name);
    ip('link', 'del', BRIDGE);
    rmSync(this.#folder, { recursive: true });
  }
}

/** Connects until that is taken, because a socket's file is there before anybody listens at it. */
async function listens(path, helper) {
  const { createConnection } = await import('node:net');
  const { setTimeout: delay } = await import('node:timers/promises');
  for (;;) {
    if (helper.exitCode !== null) throw new Error('the helper ended');
    const socket = createConnection(path);
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await delay(10); // not yet
    } finally {
      socket.destroy();
    }
  }
}
