import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { compiled, exampleMarked } from '../support/examples';

const ROOT = join(__dirname, '..', '..');
const HVKIT = join(ROOT, 'bin', 'hvkit.js');

/** Whoever uses the driver, with a project of their own that it is installed in. */
const place = realpathSync(mkdtempSync(join(tmpdir(), 'hvkit-driver-')));
const project = join(place, 'project');
const elsewhere = join(place, 'elsewhere');
const image = join(place, 'image');

interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

function hvkit(cwd: string, ...argv: string[]): Ran {
  const env = { PATH: process.env['PATH'], HOME: place, HVKIT_HOME: join(place, 'home') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [HVKIT, ...argv], { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The package of the docs, as npm publishes and installs one. */
beforeAll(() => {
  const source = join(place, 'source');
  for (const folder of [source, project, elsewhere, image]) mkdirSync(folder);
  writeFileSync(join(source, 'package.json'), exampleMarked('json driver'));
  writeFileSync(join(source, 'index.js'), compiled(exampleMarked('ts driver')));
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', place], {
    cwd: source,
    encoding: 'utf8',
  });
  writeFileSync(join(project, 'package.json'), '{}');
  // What it asks of beside it is this checkout, and not one of the registry.
  const options = ['--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', ['install', ...options, join(place, packed.trim())], { cwd: project });
  symlinkSync(ROOT, join(project, 'node_modules', 'hvkit'));
  writeFileSync(join(image, 'vmlinuz'), 'no kernel');
  writeFileSync(join(image, 'image.json'), JSON.stringify({ init: 'none' }));
});
afterAll(() => {
  rmSync(place, { recursive: true, force: true });
});

test('the driver in the docs, packed and installed, passes the tests that come with it', () => {
  writeFileSync(join(project, 'test.mjs'), compiled(exampleMarked('ts driver test')));
  // It would end with another status.
  const said = execFileSync(process.execPath, ['test.mjs'], { cwd: project, encoding: 'utf8', timeout: 240_000 });
  expect(said).toMatch(/ fail 0$/m);
  expect(said).toMatch(/ pass [2-9]\d$/m);
});

test('it is a driver like any other where it is named, and of its machines wherever that is', () => {
  const help = hvkit(project, 'create', '-d', 'sleeper', '--help');
  expect(help.stdout).toContain('--sleeper-seconds <number>');
  const flags = ['--image', image, '--sleeper-seconds', '500'];
  try {
    for (const [name, driver] of [
      ['one', 'sleeper'],
      ['two', 'hvkit-driver-sleeper'],
      ['three', './node_modules/hvkit-driver-sleeper/index.js'],
    ] as const) {
      expect(hvkit(project, 'create', '-d', driver, ...flags, name)).toMatchObject({ status: 0 });
    }
    expect(hvkit(elsewhere, 'ls', '-q', '--filter', 'driver=sleeper').stdout).toBe('one\nthree\ntwo\n');
    expect(hvkit(elsewhere, 'status', 'one')).toMatchObject({ stdout: 'Running\n' });
    expect(hvkit(elsewhere, 'inspect', 'one').stdout).toContain('"seconds": "500"');
    // Of a package there is nothing where nobody installed it.
    const gone = hvkit(elsewhere, 'create', '-d', 'sleeper', ...flags, 'four');
    expect(gone.stderr).toContain('Driver "sleeper" not found.');
    expect(hvkit(elsewhere, 'doctor')).toMatchObject({ stdout: 'All is as it should be.\n' });
  } finally {
    expect(hvkit(elsewhere, 'rm', '-f', 'one', 'two', 'three')).toMatchObject({ status: 0 });
  }
});

test('a package is loaded when it is named, and not before; one of another contract is refused', () => {
  const trap = join(project, 'node_modules', 'hvkit-driver-trap');
  const mark = join(place, 'loaded');
  mkdirSync(trap);
  writeFileSync(
    join(trap, 'index.js'),
    `require('node:fs').writeFileSync(${JSON.stringify(mark)}, ''); exports.driver = { contract: 2, name: 'trap' };`,
  );
  for (const argv of [
    ['drivers'],
    ['ls'],
    ['settings', 'list'],
    ['completion', 'bash'],
    ['create', '--help'],
    ['doctor'],
  ]) {
    hvkit(project, ...argv);
  }
  expect(existsSync(mark)).toBe(false);
  const { status, stderr } = hvkit(project, 'create', '-d', 'trap', 'dev');
  expect(existsSync(mark)).toBe(true);
  expect(stderr).toContain('was written for version 2 of what a driver is, and this hvkit knows version 1');
  expect(status).not.toBe(0);
});

test.each([
  ['no driver', 'exports.other = 1;', 'it exports no "driver"'],
  ['a name that is taken', driver("name: 'kvm'"), `it is called "kvm", as one of hvkit's own is`],
  ['no program', 'this is no program', 'Unexpected identifier'],
])('a file with %s is refused, with why', (_, source, why) => {
  writeFileSync(join(elsewhere, 'mine.cjs'), source);
  const { status, stderr } = hvkit(elsewhere, 'create', '-d', './mine.cjs', 'dev');
  expect(stderr).toContain(`${join(elsewhere, 'mine.cjs')} cannot be used as a driver`);
  expect(stderr).toContain(why);
  expect(status).not.toBe(0);
});

function driver(name: string): string {
  const rest = 'contract: 1, aliases: [], platforms: [process.platform], priority: 1, capabilities: {}, options: {}';
  return `exports.driver = { ${rest}, ${name}, health() {}, create() {} };`;
}
