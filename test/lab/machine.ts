import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

import { connect, DomainState, type Connection, type Domain } from '../../src/native/libvirt';
import { domainXml, type GuestDomain } from './guest/domain';

const READY = 'hvkit-guest ready';

/** The kernel and initrd of guest/build, where test/lab/run put a copy of them that QEMU may read. */
export function guestImage(): { kernel: string; initrd: string } {
  const folder = process.env['HVKIT_LAB_GUEST'];
  if (folder === undefined) throw new Error('Run the lab tests by test/lab/run: see test/lab/README.md');
  return { kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd') };
}

/** A folder that QEMU, which runs as another user, can read and write. */
export function scratch(): string {
  const folder = mkdtempSync('/var/lib/libvirt/images/hvkit-');
  chmodSync(folder, 0o777);
  return folder;
}

export function qcow2(folder: string, name: string, size: string): string {
  const file = join(folder, name);
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', file, size]);
  return file;
}

/** Reads a console until the guest says that it is up; what it printed until then. */
export async function bootedConsole(domain: Domain) {
  const console = await domain.openConsole();
  const text = await readUntil(console, READY);
  return { console, text };
}

/** Ends it, and waits for that. */
export async function leave(console: Duplex): Promise<void> {
  if (console.closed) return;
  const closed = once(console, 'close');
  console.destroy();
  await closed;
}

/** Runs a line in the guest's shell; what the console showed until it was done. */
export async function shell(console: Duplex, line: string): Promise<string> {
  // The terminal shows what is typed: the word is spelt so that only the answer has it whole.
  const answer = readUntil(console, 'it-is-done');
  console.write(`${line}; echo it-is-''done\n`);
  return answer;
}

export async function readUntil(stream: NodeJS.ReadableStream, wanted: string): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (!text.includes(wanted)) return;
      stream.off('data', onData).off('end', onEnd).off('error', reject);
      stream.pause();
      resolve(text);
    };
    const onEnd = (): void => {
      reject(new Error(`the stream ended before "${wanted}" came; it said:\n${text}`));
    };
    stream.on('data', onData).once('end', onEnd).once('error', reject).resume();
  });
}

/** A connection and a guest of its own, removed with all it has whatever happens. */
export async function withGuest(
  guest: Omit<GuestDomain, 'kernel' | 'initrd'>,
  use: (domain: Domain, connection: Connection) => Promise<void>,
  uri = 'qemu:///system',
): Promise<void> {
  await using connection = await connect(uri);
  const domain = await connection.defineDomain(domainXml({ ...guest, ...guestImage() }));
  const [used] = await Promise.allSettled([use(domain, connection)]);
  const [removed] = await Promise.allSettled([remove(domain)]);
  // What failed first is why a guest cannot be removed, more often than not.
  const failures = [used, removed]
    .filter((outcome) => outcome.status === 'rejected')
    .map(({ reason }) => reason as Error);
  if (failures.length > 1) throw new AggregateError(failures, failures.map(({ stack }) => stack).join('\nand then: '));
  if (failures[0]) throw failures[0];
}

async function remove(domain: Domain): Promise<void> {
  const { state } = await domain.state();
  if (state !== DomainState.SHUTOFF) await domain.destroy();
  await domain.undefine();
}

/** The lab's guest as an image of somebody's own: it reads no seed and has no sshd. */
export function guestFolder(cmdline: string): string {
  const folder = mkdtempSync('/var/lib/libvirt/image-');
  const { kernel, initrd } = guestImage();
  copyFileSync(kernel, join(folder, 'vmlinuz'));
  copyFileSync(initrd, join(folder, 'initrd'));
  writeFileSync(join(folder, 'image.json'), JSON.stringify({ arch: 'x86_64', user: 'me', init: 'micro', cmdline }));
  return folder;
}
