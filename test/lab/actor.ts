import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Address } from '../../src/drivers/driver';
import type { BootImage } from '../../src/images/image';
import { guestImage } from './machine';

/** Who a program runs as. */
export interface Identity {
  user: number;
  group: number;
  groups: (number | string)[];
}

/** Users that every system has; libvirt wants to know their names. */
export const STRANGER: Identity = { user: 65534, group: 65534, groups: [] };
export const MEMBER: Identity = { user: 5, group: 60, groups: ['libvirt'] };

interface Request {
  resolve: (result: never) => void;
  reject: (error: Error) => void;
}

/** Another process with the driver kvm in it, and a home of its own: children/kvm.js. */
export class Actor implements AsyncDisposable {
  readonly home: { path: string; id: string };
  readonly pid: number;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #requests = new Map<number, Request>();
  #last = 0;

  constructor(options: { identity?: Identity; env?: NodeJS.ProcessEnv; home?: Actor['home'] } = {}) {
    const { identity, env } = options;
    this.home = options.home ?? newHome(identity);
    const runtime = join(this.home.path, '..', 'runtime');
    const who = identity ? { HOME: join(this.home.path, '..'), XDG_RUNTIME_DIR: runtime, USER: '', LOGNAME: '' } : {};
    this.#child = spawn(
      process.execPath,
      [join(__dirname, 'children', 'kvm.js'), JSON.stringify({ identity, home: this.home })],
      { cwd: '/', env: { PATH: process.env['PATH'], ...who, ...env } },
    );
    this.pid = this.#child.pid ?? 0;
    this.#child.stderr.pipe(process.stderr);
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#answer(line);
    });
    this.#child.once('exit', (code, signal) => {
      for (const { reject } of this.#requests.values()) reject(new Error(`the actor ended: ${signal ?? code}`));
    });
  }

  /** Has the other process do something; the verbs are in children/kvm.js. */
  ask<T = unknown>(verb: string, args: object = {}): Promise<T> {
    const id = ++this.#last;
    this.#child.stdin.write(`${JSON.stringify({ id, verb, args })}\n`);
    return new Promise<T>((resolve, reject) => this.#requests.set(id, { resolve, reject }));
  }

  /** Makes a machine of the lab's guest, and starts it. */
  async boot(name: string, spec: object = {}): Promise<void> {
    await this.make(name, spec);
    await this.ask('start', { name });
  }

  async make(name: string, spec: object = {}, image: BootImage = labImage()): Promise<{ uuid: string; plan: never }> {
    const uuid = randomUUID();
    const plan = await this.ask<never>('plan', { name, uuid, spec, image });
    await this.ask('create', { name });
    return { uuid, plan };
  }

  /** Where a machine is reached, which stays the same. Whether its guest has asked for the address yet does not. */
  async where(name: string): Promise<Omit<Address, 'isPending'>> {
    const { host, sshPort, guest } = await this.ask<Address>('address', { name });
    return { host, sshPort, ...(guest === undefined ? {} : { guest }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    await this.ask('close');
    const exit = once(this.#child, 'exit');
    this.#child.stdin.end();
    await exit;
  }

  #answer(line: string): void {
    const { id, result, error } = JSON.parse(line) as { id: number; result?: never; error?: object };
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    if (error) request?.reject(Object.assign(new Error('the actor failed'), error));
    else request?.resolve(result as never);
  }
}

/** A home that nobody but its user can look into, as homes are. */
function newHome(identity: Identity | undefined): Actor['home'] {
  const top = mkdtempSync('/var/lib/libvirt/home-');
  const path = join(top, '.hvkit');
  for (const folder of [path, join(top, 'runtime')]) mkdirSync(folder, { mode: 0o700 });
  for (const folder of [top, path, join(top, 'runtime')]) {
    if (identity) chownSync(folder, identity.user, identity.group);
  }
  chmodSync(top, 0o700);
  return { path, id: randomUUID().slice(0, 8) };
}

let image: BootImage | undefined;

/** The lab's guest. Its console is a shell, and says `hvkit-guest ready`. */
export function labImage(): BootImage {
  image ??= imageOf(guestImage());
  return image;
}

/** hvkit's own small guest, as guest/build-micro made it: it reads its seed, and lets one in by ssh. */
export function microImage(which = 'x86_64-lab'): BootImage {
  const folder = join(process.env['HVKIT_LAB_IMAGES'] ?? '', 'micro', which);
  const { kernel, initrd } = imageOf({ kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd') });
  if (!kernel || !initrd) throw new Error('Run the lab tests by test/lab/run: see test/lab/README.md');
  const digest = createHash('sha256').update(`${kernel.sha256}\n${initrd.sha256}\n`).digest('hex');
  return { name: 'micro', digest, arch: 'x86_64', kernel, initrd, cmdline: 'quiet', user: 'hvkit', init: 'micro' };
}

/** hvkit's own Docker host, as guest/build-micro made it. */
export function dockerImage(): BootImage {
  const folder = process.env['HVKIT_LAB_DOCKER'] ?? '';
  const { files } = JSON.parse(readFileSync(join(folder, 'lock.json'), 'utf8')) as {
    files: Record<'kernel' | 'initrd' | 'disk', { size: number; sha256: string }>;
  };
  const file = (name: keyof typeof files, path: string) => ({ path: join(folder, path), sha256: files[name].sha256 });
  return {
    name: 'docker',
    digest: files.disk.sha256,
    arch: 'x86_64',
    kernel: file('kernel', 'kernel'),
    initrd: file('initrd', 'initrd'),
    disk: { ...file('disk', 'disk.raw'), format: 'raw', virtualSize: files.disk.size },
    cmdline: 'quiet',
    user: 'hvkit',
    init: 'micro',
  };
}

function imageOf({ kernel, initrd }: { kernel: string; initrd: string }): BootImage {
  const file = (path: string) => ({ path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') });
  return {
    name: 'lab',
    digest: createHash('sha256').update(kernel).digest('hex'),
    arch: 'x86_64',
    kernel: file(kernel),
    initrd: file(initrd),
    cmdline: 'quiet panic=-1',
    user: 'hvkit',
    init: 'micro',
  };
}
