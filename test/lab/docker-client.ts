import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Cli } from './cli';

/** What the root file system has of busybox. */
const PROGRAMS = ['sh', 'echo', 'cat', 'sleep', 'httpd', 'wget'];

/** Debian's own docker client, and a root file system: out of the packages that the image docker was made of. */
export class DockerClient {
  readonly root: string;
  readonly #program: string;

  constructor() {
    const packages = join(realpathSync(process.env['HVKIT_LAB_DOCKER'] ?? ''), '..', 'packages');
    const folder = mkdtempSync(join(tmpdir(), 'hvkit-docker-'));
    for (const name of ['docker.io_', 'busybox-static_']) {
      const file = readdirSync(packages).find((each) => each.startsWith(name)) ?? name;
      execFileSync('dpkg-deb', ['--extract', join(packages, file), folder]);
    }
    this.root = join(folder, 'root');
    mkdirSync(join(this.root, 'bin'), { recursive: true });
    cpSync(join(folder, 'bin', 'busybox'), join(this.root, 'bin', 'busybox'));
    for (const name of PROGRAMS) symlinkSync('busybox', join(this.root, 'bin', name));
    this.#program = join(folder, 'usr', 'bin', 'docker');
  }

  /** The client in a shell that has evaluated `hvkit env`: what it printed. */
  of(cli: Cli, name: string): (...args: string[]) => string {
    return (...args) => inShell(cli, name, [this.#program, ...args]);
  }

  /** Makes an image `tiny` of the root file system: there is no registry. */
  load(cli: Cli, name: string): void {
    const input = execFileSync('tar', ['-C', this.root, '-c', 'bin'], { maxBuffer: 2 ** 26 });
    inShell(cli, name, [this.#program, 'import', '-', 'tiny'], input);
  }
}

/** Any program that talks to Docker, in a shell that has evaluated `hvkit env`. */
export function inShell(cli: Cli, name: string, command: readonly string[], input: Buffer | '' = ''): string {
  const script = 'eval "$1"; shift; exec "$@"';
  const environment = cli.done('env', '--shell', 'bash', name);
  return execFileSync('bash', ['--norc', '-c', script, 'bash', environment, ...command], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: cli.home },
    input,
    timeout: 300_000,
  }).trim();
}
