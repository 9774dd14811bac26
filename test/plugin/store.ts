import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { Hvkit } from '../../src/index';
import { DockerHosts } from '../support/docker-hosts';
import { hvkit, type Ran } from '../unit/cli/command-line';
import { CELL, processesOf, withCell } from './cell';

/** No double holds it. */
export const LARGE = '9007199254740993';

/** A store of docker-machine's with a machine "box" that runs, and a home that knows nothing of it. */
export class Store implements AsyncDisposable {
  readonly hosts = new DockerHosts();
  readonly path = join(this.hosts.folder.path, 'docker machine');
  readonly home = join(this.hosts.folder.path, 'home');
  readonly folder = join(this.path, 'machines', 'box');
  readonly env: NodeJS.ProcessEnv;
  readonly #open: Hvkit[] = [];

  constructor(readonly driver: string) {
    const programs = join(this.hosts.folder.path, 'programs');
    mkdirSync(programs);
    copyFileSync(CELL, join(programs, `docker-machine-driver-${driver}`));
    const env = withCell({ MACHINE_STORAGE_PATH: this.path });
    this.env = { ...env, PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}` };
  }

  /**
   * What docker-machine would have left: its driver made the machine, and it wrote the file and the certificates. `sshd`: a
   * program that runs the machine's own, in a system of its own.
   */
  async fill({ sshd }: { sshd?: string } = {}): Promise<this> {
    const maker = new Hvkit({ home: this.path, env: withCell(), onWarning: () => undefined });
    await maker.create({ name: 'box', driver: 'cell', ...(sshd !== undefined && { options: { sshd } }) });
    await maker.close();
    const file = join(this.folder, 'machine.json');
    const { resources } = JSON.parse(readFileSync(file, 'utf8')) as {
      resources: { machine: { properties: { config: string } } };
    };
    for (const own of ['machine.json', 'pinned_host_key']) rmSync(join(this.folder, own));
    const config = resources.machine.properties.config.replace('{', `{"Serial": ${LARGE}, `);
    const engine = { Labels: ['role=ci'], InstallURL: 'https://get.docker.com' };
    const swarm = { IsSwarm: true, Agent: true, Discovery: 'token://abc' };
    const host = JSON.stringify({ EngineOptions: engine, SwarmOptions: swarm, AuthOptions: {} });
    const whole = `{"ConfigVersion": 3, "Driver": ${config}, "DriverName": "${this.driver}", "HostOptions": ${host}, "Name": "box"}`;
    writeFileSync(join(this.folder, 'config.json'), whole);
    for (const [name, kind] of [
      ['ca', 'cert'],
      ['cert', 'cert'],
      ['key', 'key'],
      ['server', 'cert'],
      ['server-key', 'key'],
    ]) {
      copyFileSync(join(this.hosts.folder.path, `tls-${kind ?? ''}.pem`), join(this.folder, `${name ?? ''}.pem`));
    }
    return this;
  }

  run(...argv: string[]): Promise<Ran> {
    return hvkit(argv, { home: this.home, env: this.env });
  }

  open(): Hvkit {
    const opened = new Hvkit({ home: this.home, env: this.env, onWarning: () => undefined });
    this.#open.push(opened);
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#open) await each.close();
    for (const line of processesOf(this.path)) process.kill(Number(line.split(' ')[0]));
    await this.hosts[Symbol.asyncDispose]();
  }
}
