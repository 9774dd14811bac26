import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Snippet {
  /** Where in the package the snippet pretends to stand. */
  file: string;
  code: string;
}

const ROOT = join(__dirname, '..', '..');

// jest's module system cannot load eslint's configuration, which is an ES module.
const LINT = `
  import { ESLint } from 'eslint';
  import tseslint from 'typescript-eslint';

  const eslint = new ESLint({
    overrideConfig: [
      tseslint.configs.disableTypeChecked,
      { files: ['**/*.ts'], languageOptions: { parserOptions: { project: null } } },
    ],
    ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-'),
  });
  const results = [];
  for (const { file, code } of JSON.parse(process.argv[1])) {
    const [result] = await eslint.lintText(code, { filePath: file });
    results.push(result.messages.map(({ ruleId, message }) => ruleId + ': ' + message));
  }
  process.stdout.write(JSON.stringify(results));
`;

/** What the rules on imports say of each snippet. */
function lint(snippets: Snippet[]): string[][] {
  const args = ['--input-type=module', '--eval', LINT, JSON.stringify(snippets)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[][];
}

/** The snippets, as `file: code`, whose verdict is not the one expected. */
function wronglyJudged(rows: [file: string, code: string][], verdict: 'refused' | 'let through'): string[] {
  const snippets = rows.map(([file, code]) => ({ file, code }));
  const messages = lint(snippets);
  return snippets
    .filter((_, index) => (messages[index]?.length === 0 ? 'let through' : 'refused') !== verdict)
    .map(({ file, code }) => `${file}: ${code}`);
}

test('a room imports what stands on the floors below', () => {
  const rows: [string, string][] = [
    ['src/cli/create.ts', "import { create } from '../index';"],
    ['src/cli/print/table.ts', "import type { Machine } from '../../index';"],
    ['src/index.ts', "export { Machine } from './machines/machine';"],
    ['src/index.ts', "export { HvError } from './errors';"],
    ['src/driver.ts', "export { HvError } from './errors';"],
    ['src/testing/life.ts', "import { Hvkit } from '../machines/hvkit';"],
    ['src/machines/create.ts', "import { driverOf } from '../drivers/registry';"],
    ['src/machines/create.ts', "import type { Driver } from '../drivers/driver';"],
    ['src/machines/lifecycle/start.ts', "import { HvError } from '../../errors';"],
    ['src/machines/lifecycle/start.ts', "import { lock } from '../lock';"],
    ['src/drivers/registry.ts', "import { kvm } from './kvm/driver';"],
    ['src/drivers/kvm/network.ts', "import { connect } from '../../native/libvirt/index';"],
    ['src/drivers/kvm/network.ts', "import type { Driver } from '../driver';"],
    ['src/drivers/kvm/xml/domain.ts', "import type { Driver } from '../../driver';"],
    ['src/drivers/kvm/xml/domain.ts', "import { network } from '../network';"],
    ['src/images/cache.ts', "import type { Resource } from '../resources/resource';"],
    ['src/native/libvirt/domain.ts', "import { HvError } from '../../errors';"],
    ['src/native/libvirt/domain.ts', "import { loadAddon } from '../load';"],
    ['src/native/load.ts', "import { createRequire } from 'node:module';"],
    ['src/net/subnet.ts', "import { HvError } from '../errors';"],
    ['src/net/subnet.ts', "import { isIP } from 'node:net';"],
    // A file of the room that is called like another room.
    ['src/drivers/kvm/images/volume.ts', "import { pool } from '../images/pool';"],
    ['test/unit/load.test.ts', "import { loadAddon } from '../../src/native/load';"],
  ];
  expect(wronglyJudged(rows, 'let through')).toEqual([]);
});

test('a room imports nothing from its own floor or from above', () => {
  const rows: [string, string][] = [
    ['src/errors.ts', "import { subnets } from './net/subnet';"],
    ['src/net/subnet.ts', "import { connect } from '../native/libvirt/index';"],
    ['src/native/load.ts', "import { Resource } from '../resources/resource';"],
    ['src/native/libvirt/domain.ts', "import type { Machine } from '../../machines/machine';"],
    ['src/native/libvirt/domain.ts', "import { connect } from '../../index';"],
    ['src/resources/engine.ts', "import { exec } from '../ssh/exec';"],
    ['src/ssh/exec.ts', "export * from '../native/load';"],
    ['src/images/seed.ts', "import { engine } from '../docker/engine';"],
    ['src/drivers/driver.ts', "import { machine } from '../machines/machine';"],
    ['src/machines/machine.ts', "import { hvkit } from '../index';"],
    ['src/index.ts', "export { run } from './cli/run';"],
    ['src/machines/create.ts', "import { lifecycleSuite } from '../testing';"],
    ['src/testing/life.ts', "import type { Machine } from '../index';"],
  ];
  expect(wronglyJudged(rows, 'refused')).toEqual([]);
});

test('a driver knows neither another driver nor the registry, and machines knows no driver', () => {
  const rows: [string, string][] = [
    ['src/drivers/kvm/driver.ts', "import { hyperkit } from '../xhyve/hyperkit';"],
    ['src/drivers/none/driver.ts', "import { ssh } from '../generic/ssh';"],
    ['src/drivers/plugin/driver.ts', "import { registry } from '../registry';"],
    ['src/drivers/kvm/xml/domain.ts', "import { hyperkit } from '../../xhyve/hyperkit';"],
    ['src/machines/create.ts', "import { kvm } from '../drivers/kvm/driver';"],
    ['src/machines/lifecycle/create.ts', "import { kvm } from '../../drivers/kvm/driver';"],
  ];
  expect(wronglyJudged(rows, 'refused')).toEqual([]);
});

test('the command line imports the public face alone', () => {
  const rows: [string, string][] = [
    ['src/cli/create.ts', "import { HvError } from '../errors';"],
    ['src/cli/create.ts', "import { machine } from '../machines/machine';"],
    ['src/cli/print/table.ts', "import { HvError } from '../../errors';"],
  ];
  expect(wronglyJudged(rows, 'refused')).toEqual([]);
});

test('no other way of importing gets around it', () => {
  const rows: [string, string][] = [
    ['src/net/subnet.ts', "const load = () => import('../native/load');"],
    ['src/net/subnet.ts', "const load = () => require('../native/load') as Loader;"],
    ['src/net/subnet.ts', "type Loader = import('../native/load').Loader;"],
    ['src/net/subnet.ts', "import './../native/load';"],
    ['src/net/subnet.ts', "import '../errors/../native/load';"],
    ['src/net/subnet.ts', "import { HvError } from '..';"],
    ['src/net/subnet.ts', "import { HvError } from 'hvkit';"],
    ['src/net/subnet.ts', "import { connect } from 'hvkit/libvirt';"],
    ['src/net/subnet.ts', "import { createRequire } from 'node:module';"],
    ['src/drivers/kvm/driver.ts', "import '../kvm/network';"],
    ['src/net/subnet.ts', "import { version } from '../../package.json';"],
    ['src/errors.ts', "import { version } from '../package.json';"],
    // A room that the table does not know.
    ['src/plans/apply.ts', "import { HvError } from '../errors';"],
    ['src/plugins.ts', "import { HvError } from './errors';"],
  ];
  expect(wronglyJudged(rows, 'refused')).toEqual([]);
});

test('the message tells what the room may import', () => {
  const [messages] = lint([{ file: 'src/net/subnet.ts', code: "import { connect } from '../native/load';" }]);
  expect(messages).toEqual([expect.stringContaining('src/net (floor 1) may import from src: errors.')]);
});
