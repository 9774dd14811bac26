import { closeSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';

import koffi from 'koffi';

const syscall = koffi.load('libc.so.6').func('long syscall(long number, ...)') as (
  number: number,
  ...typesAndValues: (string | number)[]
) => number;
// The same on all of Linux's architectures.
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;

/** Writes a line to libvirt's monitor in the name of the domain's QEMU, which says such things rarely or never. As root. */
export function sayAsQemu(domain: string, line: string): void {
  const pid = Number(readFileSync(`/run/libvirt/qemu/${domain}.pid`, 'utf8'));
  const process = descriptor(syscall(PIDFD_OPEN, 'int', pid, 'uint', 0));
  const monitor = descriptor(syscall(PIDFD_GETFD, 'int', process, 'int', monitorOf(pid), 'uint', 0));
  try {
    writeSync(monitor, `${line}\r\n`);
  } finally {
    closeSync(monitor);
    closeSync(process);
  }
}

function descriptor(returned: number): number {
  if (returned < 0) throw new Error('no descriptor');
  return returned;
}

/** The number that QEMU has for its end of the connection to libvirt. */
function monitorOf(pid: number): number {
  const CONNECTED = '03';
  const inodes = readFileSync(`/proc/${pid}/net/unix`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , , , state, , path]) => state === CONNECTED && path?.endsWith('/monitor.sock'))
    .map(([, , , , , , inode]) => `socket:[${inode}]`);
  const found = readdirSync(`/proc/${pid}/fd`).find((fd) => inodes.includes(readlinkSync(`/proc/${pid}/fd/${fd}`)));
  if (found === undefined) throw new Error(`process ${pid} has no monitor`);
  return Number(found);
}
