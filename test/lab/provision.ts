import { readFileSync, writeFileSync, existsSync, readdirSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';

import type { DriverDefinition } from '../../src/drivers/driver';
import { Hvkit } from '../../src/machines/hvkit';
import type { DockerHost } from '../../src/machines/docker-host';
import type { CreateRequest } from '../../src/machines/request';
import { fileDriver } from '../support/file-driver';
import { Folder } from '../support/folder';
import { writeImage } from '../support/guest';

const SYSTEM = join(__dirname, 'docker', 'system.sh');
const SSHD = process.env['SSHD'] ?? '/usr/sbin/sshd';

/** A shell's words that go on as an ssh server of a system of its own, Debian as far as a provisioner sees of it. */
export function inside(folder: string): string {
  const apart = 'unshare --mount --pid --fork --kill-child --mount-proc --propagation private';
  return `exec env NODE=${process.execPath} ${apart} ${SYSTEM} ${folder} ${SSHD}`;
}

/** The file driver, whose guests have namespaces of their own, in which root can do as in a machine. */
function dockerDriver(): DriverDefinition {
  return {
    ...fileDriver,
    create: (context) => {
      const driver = fileDriver.create(context);
      const start = driver.start.bind(driver);
      return Object.assign(driver, {
        start: (machine: Parameters<typeof start>[0], signal: AbortSignal) => {
          const run = join(context.home.path, 'host', context.home.id, machine.uuid, 'run');
          writeFileSync(run, readFileSync(run, 'utf8').replace(`exec ${SSHD}`, inside('"$PWD/system"')));
          return start(machine, signal);
        },
      });
    },
  };
}

/** A home whose machines are Debian, as far as a provisioner sees of it. They have one port for Docker: one at a time. */
export class DockerHome implements AsyncDisposable {
  readonly folder = new Folder();
  readonly path = join(this.folder.path, 'home');
  readonly drivers = [dockerDriver()];
  readonly env: NodeJS.ProcessEnv;
  readonly #open: Hvkit[] = [];

  constructor(env: NodeJS.ProcessEnv = {}) {
    writeImage(this.folder.path, 'root');
    this.env = { PATH: process.env['PATH'], HOME: this.folder.path, HVKIT_HOME: this.path, ...env };
  }

  open(env: NodeJS.ProcessEnv = {}): Hvkit {
    const hvkit = new Hvkit({ drivers: this.drivers, env: { ...this.env, ...env }, onWarning: () => undefined });
    this.#open.push(hvkit);
    return hvkit;
  }

  request(name: string, docker: NonNullable<CreateRequest['docker']> = true): CreateRequest {
    return { name, image: this.folder.path, docker };
  }

  file(...path: string[]): string {
    return readFileSync(join(this.path, ...path), 'utf8');
  }

  /** What a machine's system wrote, of which there is one. */
  system(...path: string[]): string {
    const [id = ''] = readdirSync(join(this.path, 'host'));
    const [uuid = ''] = readdirSync(join(this.path, 'host', id)).filter((name) => !name.includes('.'));
    return join(this.path, 'host', id, uuid, 'system', ...path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const last = this.open();
    if (existsSync(join(this.path, 'machines'))) {
      for (const { name } of await last.list()) await (await last.machine(name)).remove({ force: true });
    }
    for (const hvkit of this.#open) await hvkit.close();
    this.folder[Symbol.dispose]();
  }
}

/** As a docker client does: with the files of a folder. Without `cert`, as somebody who has none. */
export async function ask(
  { url, certPath }: DockerHost,
  path: string,
  { ca = join(certPath, 'ca.pem'), cert = join(certPath, 'cert.pem'), key = join(certPath, 'key.pem') } = {},
): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, url.replace('tcp:', 'https:')),
      { ca: readFileSync(ca), agent: false, ...(cert !== '' && { cert: readFileSync(cert), key: readFileSync(key) }) },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          resolve(JSON.parse(text));
        });
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
