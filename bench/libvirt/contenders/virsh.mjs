// A program that asks by running virsh and reading what it prints. Usage: virsh.mjs URI DOMAIN; see ../README.md.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { serve } from '../../harness/serve.mjs';

const [uri, name] = process.argv.slice(2);
const STATES = { running: 1, paused: 3, 'shut off': 5 };

async function virsh(...args) {
  const { stdout } = await promisify(execFile)('virsh', ['--quiet', '--connect', uri, ...args]);
  return stdout;
}

await serve({
  async state() {
    return STATES[(await virsh('domstate', name)).trim()];
  },
  async lookup() {
    return (await virsh('domuuid', name)).trim() === '' ? 0 : 1;
  },
  async list() {
    const names = (await virsh('list', '--all', '--name')).split('\n');
    return names.reduce((letters, each) => letters + each.length, 0);
  },
  async states() {
    const matches = (await virsh('domstats', '--state')).matchAll(/state\.state=(\d+)/g);
    return [...matches].reduce((sum, [, state]) => sum + Number(state), 0);
  },
  async open() {
    return (await virsh('uri')).trim() === '' ? 0 : 1;
  },
});
