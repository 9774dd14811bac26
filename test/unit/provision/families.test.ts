import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { alpine } from '../../../src/provision/families/alpine';
import { fedora } from '../../../src/provision/families/fedora';
import type { Host } from '../../../src/provision/host';
import { parseOsRelease } from '../../../src/provision/os-release';
import type { ProvisionContext } from '../../../src/provision/provisioner';
import { Folder } from '../../support/folder';

const run = promisify(execFile);

/** A system that is a folder, with programs that write down what they are called with. */
class System implements Host, Disposable {
  readonly #folder = new Folder();
  readonly #programs = join(this.#folder.path, 'programs');

  constructor(programs: Readonly<Record<string, string>>) {
    mkdirSync(this.#programs);
    for (const [name, script] of Object.entries(programs)) {
      const log = `echo "${name} $*" >>'${this.#folder.path}/log'`;
      writeFileSync(this.program(name), `#!/bin/sh\n${script === '' ? log : script}\n`, { mode: 0o755 });
    }
  }

  program(name: string): string {
    return join(this.#programs, name);
  }

  /** What was called since it was asked for. */
  called(): string[] {
    const log = join(this.#folder.path, 'log');
    const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
    rmSync(log, { force: true });
    return lines;
  }

  async run(command: string, args: readonly string[] = []): Promise<string> {
    const env = { PATH: `${this.#programs}:/usr/bin:/bin` };
    return (await run(command, args, { env })).stdout;
  }

  succeeds(command: string, args?: readonly string[]): Promise<boolean> {
    return this.run(command, args).then(
      () => true,
      () => false,
    );
  }

  read(path: string): Promise<string | undefined> {
    const file = join(this.#folder.path, path);
    return Promise.resolve(existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  }

  write(path: string, content: string): Promise<void> {
    const file = join(this.#folder.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return Promise.resolve();
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

const CONTEXT: ProvisionContext = {
  machine: { name: 'dev', address: '192.0.2.7' },
  os: parseOsRelease('ID=any'),
  installUrl: undefined,
  daemon: () => ({}),
  environment: { variables: {}, file: '', exports: '' },
  port: 2376,
  certificates: () => Promise.reject(new Error('nobody asks for any')),
};

test('Alpine: Docker is down while its containerd is replaced, and nothing that runs is touched again', async () => {
  using system = new System({ 'rc-service': '', 'rc-update': '' });
  const step = alpine.steps(CONTEXT).find(({ id }) => id === 'service');
  copyFileSync('/bin/sleep', system.program('containerd'));
  const containerd = spawn(system.program('containerd'), ['1000']);
  await once(containerd, 'spawn');
  try {
    // As a package does that leaves the old one running.
    rmSync(system.program('containerd'));
    copyFileSync('/bin/sleep', system.program('containerd'));
    await step?.run(system);
    expect(system.called()).toEqual([
      'rc-update add docker default',
      'rc-service --ifstarted docker stop',
      'rc-service --ifexists --ifstarted containerd restart',
      'rc-service docker restart',
    ]);
  } finally {
    containerd.kill();
    await once(containerd, 'close');
  }
  await step?.run(system);
  expect(system.called()).toEqual(['rc-update add docker default', 'rc-service --ifstopped docker start']);
});

test.each([
  ['no package', [], []],
  [
    "its makers' packages",
    ['containerd.io', 'docker-ce', 'docker-ce-cli'],
    ['dnf -y --refresh upgrade docker-ce docker-ce-cli containerd.io'],
  ],
])('Fedora: an upgrade of Docker that is %s', async (_, there, called) => {
  using system = new System({
    dnf: '',
    rpm: `printf '%s\\n' 'package moby-engine is not installed' ${there.join(' ')}`,
  });
  await fedora.upgrade?.(CONTEXT)[0]?.run(system);
  expect(system.called()).toEqual(called);
});
