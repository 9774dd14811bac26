import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Each takes a moment. */
const MOST_TRIES = 200;

/** The lab's libvirtd: process numbers are the lab's own, so this is never the machine's. */
function pid(): number {
  return Number(readFileSync('/run/libvirtd.pid', 'utf8'));
}

/** It keeps its sockets, and answers nothing any more. */
export function stopDaemon(): void {
  process.kill(pid(), 'SIGSTOP');
}

export function resumeDaemon(): void {
  process.kill(pid(), 'SIGCONT');
}

export function killDaemon(): void {
  process.kill(pid(), 'SIGKILL');
}

/**
 * As the lab did at first; it returns when the daemon listens. One that hvkit has started meanwhile serves as well; one that was
 * killed and has not quite ended holds its file for a moment, and neither lets another begin nor answers.
 */
export function startDaemon(): void {
  for (let tries = 1; ; tries += 1) {
    const { status, stderr } = spawnSync('libvirtd', ['--daemon', '--listen'], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status === 0) return;
    if (tries === MOST_TRIES || !/pid ?file/i.test(stderr)) throw new Error(`libvirtd did not start: ${stderr}`);
    if (spawnSync('virsh', ['--connect', 'qemu:///system', 'uri'], { stdio: 'ignore' }).status === 0) return;
  }
}
