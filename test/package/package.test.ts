import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import {
  folderOfPrograms,
  install,
  nodeBinaries,
  packPackage,
  readJson,
  ROOT,
  succeed,
  tool,
  type Packed,
} from './pack';

const PREBUILDS = ['libvirt', 'hyperkit', 'vmnet'].map(
  (addon) => `prebuilds/${process.platform}-${process.arch}/${addon}.node`,
);
/** All of the addons is compiled, on a machine that may have other work. */
const TEN_MINUTES = 600_000;

interface LockedPackage {
  dev?: boolean;
  optional?: boolean;
}

let packed: Packed;
let consumer: string;

beforeAll(() => {
  packed = packPackage();
  consumer = install(packed);
}, TEN_MINUTES);

afterAll(() => {
  rmSync(consumer, { recursive: true, force: true });
});

describe('the tarball', () => {
  const paths = () => packed.files.map(({ path }) => path);

  test('has what a user needs', () => {
    expect(paths()).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        'CHANGELOG.md',
        'LICENSE',
        'binding.gyp',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/driver.js',
        'dist/driver.d.ts',
        'dist/testing/index.js',
        'dist/testing/index.d.ts',
        'dist/native/libvirt/index.js',
        'dist/native/libvirt/index.d.ts',
        'native/libvirt/addon.cc',
        'native/hyperkit/addon.cc',
        'native/vmnet/addon.cc',
        'prebuilds/README.md',
        ...PREBUILDS,
      ]),
    );
  });

  test('has nothing else', () => {
    const intended = [
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|binding\.gyp)$/,
      /^dist\/[\w/-]+\.(js|js\.map|d\.ts)$/,
      /^native\/[\w/-]+\.(cc|h)$/,
      /^prebuilds\/README\.md$/,
      /^bin\/(?:docker-machine|hvkit|start)\.js$/,
      /^images\/[\w/.-]+$/,
    ];
    const others = paths().filter(
      (path) => !PREBUILDS.includes(path) && !intended.some((pattern) => pattern.test(path)),
    );
    expect(others).toEqual([]);
  });

  test('is small', () => {
    const sizeOf = (start: string) =>
      packed.files.filter(({ path }) => path.startsWith(start)).reduce((sum, { size }) => sum + size, 0);
    const kib = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`;
    const parts = ['dist/', 'native/', 'prebuilds/'].map((start) => `${start} ${kib(sizeOf(start))}`).join(', ');
    process.stdout.write(`packed ${kib(packed.size)}, unpacked ${kib(packed.unpackedSize)}: ${parts}\n`);
    expect(packed.size).toBeLessThan(3 << 20);
  });

  // Node 20 and later resolve by "exports"; TypeScript's oldest way, called node10, knows nothing of them.
  test.each([
    ['sound', 'publint', 'publint/src/cli.js', ['run', '--strict']],
    ['typed for each way of importing it', 'attw', '@arethetypeswrong/cli/dist/index.js', ['--profile', 'node16']],
  ])('is %s, says %s', (_claim, _linter, program, args) => {
    succeed(process.execPath, [tool(program), ...args, packed.file]);
  });
});

describe('installed with no compiler on PATH', () => {
  test('runs no script of its own', () => {
    const manifest = readJson(join(consumer, 'node_modules', 'hvkit', 'package.json'));
    const scripts = Object.keys(manifest['scripts'] ?? {});
    expect(scripts.filter((name) => ['preinstall', 'install', 'postinstall', 'prepare'].includes(name))).toEqual([]);
    // npm takes a binding.gyp for an install script where this does not say otherwise.
    expect(manifest['gypfile']).toBe(false);
  });

  test('brings what it depends on, and no more', () => {
    const namesIn = (file: string, wanted: (entry: LockedPackage) => boolean) => {
      const { packages } = readJson(file) as { packages: Record<string, LockedPackage> };
      const paths = Object.entries(packages).filter(([path, entry]) => path !== '' && wanted(entry));
      return new Set(paths.map(([path]) => path.split('node_modules/').at(-1) ?? ''));
    };
    const lock = join(ROOT, 'package-lock.json');
    const installed = namesIn(join(consumer, 'node_modules', '.package-lock.json'), () => true);
    installed.delete('hvkit');
    // What is optional there (a faster cipher of ssh2's) needs a compiler.
    const required = namesIn(lock, ({ dev, optional }) => !dev && !optional);
    const allowed = namesIn(lock, ({ dev }) => !dev);
    expect([...required].filter((name) => !installed.has(name))).toEqual([]);
    expect([...installed].filter((name) => !allowed.has(name))).toEqual([]);
  });

  describe.each(nodeBinaries())('on Node %s', (major, node) => {
    test.each(['use.cjs', 'use.mjs'])('%s uses it', (program) => {
      const path = folderOfPrograms([node]);
      const said = succeed(node, [program], { cwd: consumer, env: { PATH: path } });
      rmSync(path, { recursive: true });
      expect(JSON.parse(said)).toEqual({
        node: expect.stringMatching(new RegExp(`^${major}\\.`)) as string,
        name: 'test',
        state: 1,
        reason: 0,
        error: ['VIR_ERR_NO_DOMAIN', true, true],
      });
    });

    // What the release's own binaries are tried with: it uses both addons.
    test('every addon loads and works', () => {
      const program = join(ROOT, 'scripts', 'prebuild', 'first-steps.cjs');
      const said = succeed(node, [program, join(consumer, 'node_modules', 'hvkit', 'dist', 'native')]);
      expect(said).toContain('loaded, opened, listed, locked');
    });
  });

  test.each(['node16', 'nodenext', 'bundler'])('its types hold in a consumer that resolves by %s', (resolution) => {
    const project = mkdtempSync(join(tmpdir(), 'hvkit-types-'));
    cpSync(consumer, project, { recursive: true, verbatimSymlinks: true });
    for (const types of ['@types', 'undici-types']) symlinkSync(tool(types), join(project, 'node_modules', types));
    const module = resolution === 'bundler' ? 'preserve' : resolution;
    const compilerOptions = { module, moduleResolution: resolution, target: 'es2022', types: ['node'], strict: true };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, noEmit: true }, files: ['types.cts', 'types.mts'] }),
    );
    const { status, stdout } = spawnSync(process.execPath, [tool('typescript/bin/tsc')], {
      cwd: project,
      encoding: 'utf8',
    });
    rmSync(project, { recursive: true });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

describe('where the prebuilt binary does not serve', () => {
  let home: string;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'hvkit-source-'));
    cpSync(consumer, home, { recursive: true, verbatimSymlinks: true });
    rmSync(join(home, 'node_modules', 'hvkit', 'prebuilds'), { recursive: true });
  });

  afterAll(() => {
    rmSync(home, { recursive: true, force: true });
  });

  test(
    'the error names a command, and the command builds addons that load',
    () => {
      const source =
        "require('hvkit/libvirt').connect('test:///default').then((c) => c.close())" +
        ".then(() => require('./node_modules/hvkit/dist/native/hyperkit').virtualization())" +
        '.catch(({ code, hint }) => console.log(JSON.stringify({ code, hint })))';
      const attempt = () => succeed(process.execPath, ['-e', source], { cwd: home });

      const { code, hint } = JSON.parse(attempt()) as { code: string; hint: string };
      expect(code).toBe('ERR_ADDON_NOT_FOUND');
      const command = /^Build it on this machine: (.*)$/m.exec(hint)?.[1] ?? '';
      expect(command).toMatch(/^npx node-gyp rebuild /);

      const headers = join(dirname(process.execPath), '..');
      const env: NodeJS.ProcessEnv = { ...process.env, npm_config_yes: 'true', JOBS: 'max', CXXFLAGS: '-O0' };
      if (existsSync(join(headers, 'include', 'node'))) env['npm_config_nodedir'] = headers;
      const build = spawnSync('sh', ['-c', command], { cwd: home, env, encoding: 'utf8' });
      expect({ status: build.status, said: build.status === 0 ? '' : build.stderr }).toEqual({ status: 0, said: '' });
      expect(attempt()).toBe('');
    },
    TEN_MINUTES,
  );
});
