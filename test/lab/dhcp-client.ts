import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What udhcpc runs when something happens. */
const SCRIPT = join(__dirname, 'dhcp-client-script');
let count = 0;

/** Plugs a network card into a bridge, as a guest's would be, and asks for an address; then the card is gone without a word. */
export function takeLease(bridge: string, mac: string, clientId?: string): string {
  const space = `hvkit-client-${++count}`;
  const port = `hvkitc${count}`;
  run('ip', 'netns', 'add', space);
  try {
    run('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'address', mac, 'netns', space);
    run('ip', 'link', 'set', port, 'master', bridge, 'up');
    run('ip', '-n', space, 'link', 'set', 'eth0', 'up');
    const identity = clientId === undefined ? [] : ['-C', '-x', `0x3d:${clientId}`];
    const client = ['busybox', 'udhcpc', '-f', '-q', '-n', '-t', '10', '-T', '1', '-i', 'eth0', '-s', SCRIPT];
    const said = run('ip', 'netns', 'exec', space, ...client, ...identity);
    return /leased (\S+)/.exec(said)?.[1] ?? `no address: ${said}`;
  } finally {
    run('ip', 'netns', 'delete', space);
  }
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
