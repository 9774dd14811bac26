import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Folder } from '../../support/folder';
import { recordOf } from '../../support/record';

const ROOT = join(__dirname, '..', '..', '..');

interface Loaded {
  packages: string[];
  /** Below dist/ and build/Release/. */
  own: string[];
}

/** As the driver writes it. That libvirt is answers nothing, and so nothing is loaded to read what it says. */
const plan = {
  schema: 1,
  target: { kind: 'system', uri: 'qemu+unix:///system?socket=/nonexistent', onDemand: false },
  domain: 'hvkit-0-dev',
  cpus: 2,
  memory: 1024,
  disk: 20 * 2 ** 30,
  accel: 'tcg',
  machineType: 'q35',
  firmware: 'bios',
  cacheMode: 'default',
  mac: '52:54:00:00:00:01',
  network: { mode: 'user', restrict: false },
  storage: { kind: 'folder', path: '/nonexistent', bases: '/nonexistent', copied: false },
  user: 'hvkit',
};

const folder = new Folder();
const home = join(folder.path, 'home');

beforeAll(() => {
  mkdirSync(join(home, 'machines', 'dev'), { recursive: true, mode: 0o700 });
  const record = recordOf('dev', { driver: 'kvm', plan });
  writeFileSync(join(home, 'machines', 'dev', 'machine.json'), JSON.stringify(record));
});

afterAll(() => {
  folder[Symbol.dispose]();
});

/** What the program has loaded when it ends. */
async function loadedBy(...argv: string[]): Promise<Loaded> {
  // Not bin/hvkit.js: in its one file nothing is seen of what is loaded.
  return loadedIn(`require(${JSON.stringify(join(ROOT, 'dist', 'cli', 'run.js'))}).run(process.argv.slice(2))`, argv);
}

async function loadedIn(program: string, argv: readonly string[] = []): Promise<Loaded> {
  const file = join(folder.path, 'modules.json');
  const words = ['-r', join(__dirname, 'children', 'modules.js'), '-e', program, '--', 'hvkit', ...argv];
  const env = { PATH: process.env['PATH'], HOME: folder.path, HVKIT_HOME: home, MODULES: file };
  await new Promise<void>((resolve) => {
    execFile(process.execPath, words, { env }, () => {
      resolve();
    });
  });
  return JSON.parse(readFileSync(file, 'utf8')) as Loaded;
}

test.each(['version', '--help', 'help stop', 'completion bash', 'status --help'])(
  '`hvkit %s` loads commander, and nothing of the library',
  async (line) => {
    const { packages, own } = await loadedBy(...line.split(' '));
    expect(packages).toEqual(['commander']);
    expect(own.filter((file) => !file.startsWith('cli/'))).toEqual([]);
  },
);

test('of the commands only the one that was given is read', async () => {
  const { own } = await loadedBy('status', 'nope');
  expect(own.filter((file) => file.startsWith('cli/commands/'))).toEqual(['cli/commands/status.js']);
});

test.each(['status dev', 'ls', 'ip dev', 'inspect dev'])('`hvkit %s` loads no ssh client', async (line) => {
  const { packages } = await loadedBy(...line.split(' '));
  expect(packages).not.toContain('ssh2');
});

test.each(['status dev', 'ls', 'status nope'])('`hvkit %s` loads no schema, no YAML and no XML', async (line) => {
  expect((await loadedBy(...line.split(' '))).packages).toEqual(['commander']);
});

test.each(['status dev', 'ls'])('`hvkit %s` loads of the driver what tells a state', async (line) => {
  const { own } = await loadedBy(...line.split(' '));
  expect(own).toContain('libvirt.node');
  expect(own).not.toContain('hyperkit.node');
  expect(own.filter((file) => /^drivers\/kvm\/(?:resources|planner|lifecycle|options|health)/.test(file))).toEqual([]);
});

test('what tells an address loads no schema, no YAML and no XML', async () => {
  const { packages, own } = await loadedIn(`require(${JSON.stringify(join(ROOT, 'dist/drivers/kvm/address.js'))})`);
  expect(packages).toEqual([]);
  expect(own).toContain('drivers/kvm/address.js');
});

// Node has it built in from 22.8 on, in files of its own.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const oursAlone = major < 22 || (major === 22 && minor < 8);

describe('what was compiled is kept', () => {
  let fresh: Folder;
  let kept: string;

  beforeEach(() => {
    fresh = new Folder();
    kept = join(fresh.path, 'hvkit', 'compiled');
  });

  afterEach(() => {
    fresh[Symbol.dispose]();
  });

  function version(): string {
    const env = { PATH: process.env['PATH'], HOME: fresh.path, XDG_CACHE_HOME: fresh.path };
    return execFileSync(process.execPath, [join(ROOT, 'bin', 'hvkit.js'), 'version'], { env, encoding: 'utf8' });
  }

  function files(): Buffer[] {
    return readdirSync(kept, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  }

  test('and used', () => {
    const first = version();
    const before = files();
    expect(before.length).toBeGreaterThan(0);
    expect(version()).toBe(first);
    expect(files()).toEqual(before);
    expect(statSync(kept).mode & 0o777).toBe(0o700);
  });

  test('unless others may write there', () => {
    mkdirSync(kept, { recursive: true });
    chmodSync(kept, 0o777);
    expect(version()).toContain('hvkit version');
    expect(files()).toEqual([]);
  });

  test('and made anew when it is of another program, or damaged', () => {
    const first = version();
    if (!oursAlone) return;
    const [name = ''] = readdirSync(kept);
    const [whole = Buffer.alloc(0)] = files();
    for (const other of [Buffer.from('x'), Buffer.alloc(0), whole.subarray(0, 5_000), Buffer.concat([whole, whole])]) {
      writeFileSync(join(kept, name), other);
      expect(version()).toBe(first);
    }
  });
});
