import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { Hvkit, type HvkitOptions } from '../../src/index';
import { buildCell, CELL, processesOf, withCell } from '../plugin/cell';
import { DockerHosts } from '../support/docker-hosts';
import { hvkit, type Ran } from '../unit/cli/command-line';

/** No double holds it. */
const LARGE = '9007199254740993';

/** A store of docker-machine's with a machine "box" that runs, and a home that knows nothing of it. */
class Store implements AsyncDisposable {
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

  /** What docker-machine would have left: its driver made the machine, and it wrote the file and the certificates. */
  async fill(): Promise<this> {
    const maker = new Hvkit({ home: this.path, env: withCell(), onWarning: () => undefined });
    await maker.create({ name: 'box', driver: 'cell' });
    await maker.close();
    const file = join(this.folder, 'machine.json');
    const { resources } = JSON.parse(readFileSync(file, 'utf8')) as {
      resources: { machine: { properties: { config: string } } };
    };
    for (const own of ['machine.json', 'pinned_host_key']) rmSync(join(this.folder, own));
    const config = resources.machine.properties.config.replace('{', `{"Serial": ${LARGE}, `);
    const engine = { Labels: ['role=ci'], InstallURL: 'https://get.docker.com' };
    const host = JSON.stringify({ EngineOptions: engine, SwarmOptions: {}, AuthOptions: {} });
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

  open(options: HvkitOptions = {}): Hvkit {
    const opened = new Hvkit({ home: this.home, env: this.env, onWarning: () => undefined, ...options });
    this.#open.push(opened);
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#open) await each.close();
    for (const line of processesOf(this.path)) process.kill(Number(line.split(' ')[0]));
    await this.hosts[Symbol.asyncDispose]();
  }
}

beforeAll(buildCell);

// The second one is called as a driver of hvkit's own is, which has nothing to do with it.
test.each(['cell', 'kvm'])("a machine of docker-machine's driver %s is a machine here, as it is", async (driver) => {
  await using store = await new Store(driver).fill();
  const before = readFileSync(join(store.folder, 'config.json'), 'utf8');
  expect(await store.run('import')).toEqual({
    status: 0,
    stdout:
      `Machine "box" (${driver}) was taken over.\n` +
      `  Its disks and keys stay in ${store.folder}. It is docker-machine's as well: hvkit rm box removes it for both.\n`,
    stderr: '',
  });
  const own = join(store.home, 'machines', 'box');
  expect(readFileSync(join(own, 'machine.json'), 'utf8')).toContain(LARGE);
  expect(readdirSync(own).sort()).toEqual([
    ...['ca.pem', 'cert.pem', 'key.pem', 'machine.json', 'server-key.pem', 'server.pem'],
  ]);

  const { stdout } = await store.run('ls', '-f', '{{.Name}} {{.DriverName}} {{.State}}');
  expect(stdout).toBe(`box ${driver} Running\n`);
  expect(await store.run('ip', 'box')).toMatchObject({ stdout: '127.0.0.1\n' });
  expect(await store.run('exec', 'box', 'echo', 'here')).toMatchObject({ status: 0, stdout: 'here\n' });
  const { stdout: variables } = await store.run('env', '--shell', 'bash', 'box');
  expect(variables).toContain('tcp://127.0.0.1:2376');
  expect(variables).toContain(own);
  // Nothing else: the one that this test has made is good for a day.
  expect((await store.run('doctor')).stdout).toMatch(/^box: The certificate of its Docker ends on .*\n {2}Try: .*\n$/);

  await store.hosts.answer('127.0.0.1', '24.0.9');
  const machine = await store.open().machine('box');
  expect(machine.inspect()).toMatchObject({
    importedFrom: store.path,
    spec: { docker: { engine: { labels: ['role=ci'] } } },
  });
  await machine.stop();
  expect(await machine.state()).toBe('Stopped');
  await machine.start();
  expect((await machine.exec('echo', ['again'])).stdout).toBe('again\n');

  expect(await store.run('rm', '-y', 'box')).toMatchObject({ status: 0 });
  expect(existsSync(own)).toBe(false);
  expect(existsSync(join(store.folder, 'id_rsa'))).toBe(false);
  expect(processesOf(store.path)).toEqual([]);
  // What docker-machine wrote is still there to be read.
  expect(readFileSync(join(store.folder, 'config.json'), 'utf8')).toBe(before);
  expect(existsSync(join(store.folder, 'server-key.pem'))).toBe(true);
});

test('purge forgets it, and it runs on', async () => {
  await using store = await new Store('cell').fill();
  expect(await store.open().import()).toEqual([{ name: 'box', driver: 'cell', files: store.folder }]);
  await store.open().purge();
  expect(await store.open().list()).toEqual([]);
  expect(processesOf(store.path)).not.toEqual([]);
  expect(existsSync(join(store.folder, 'id_rsa'))).toBe(true);
  // As a host, also where the program is.
  const [outcome] = await store.open().import({ asHosts: true, acceptHostKeys: true });
  expect(outcome).toEqual({ name: 'box', driver: 'cell' });
  expect((await store.open().machine('box')).inspect()).toMatchObject({ driver: 'generic' });
});

test('one that its driver knows nothing of, or whose files are elsewhere, is told of and left', async () => {
  await using store = await new Store('cell').fill();
  const file = join(store.folder, 'config.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"Made":true', '"Made":false'));
  const unknown = await store.run('import');
  expect(unknown).toMatchObject({ status: 1, stdout: '' });
  expect(unknown.stderr).toContain('"box", of the driver cell: The driver "cell" knows of no machine "box"');
  writeFileSync(file, text.replaceAll(store.path, '/gone'));
  const moved = await store.run('import');
  expect(moved.stderr).toContain('is to be in /gone/machines/box, which is not there');
  expect(readdirSync(join(store.home, 'machines'))).toEqual([]);
});
