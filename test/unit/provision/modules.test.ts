import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROVISIONER = '{ name: "nixos", detects: () => true, steps: () => [] }';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-modules-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** In a process of its own: jest imports no ES modules. */
function load(...paths: string[]): unknown {
  const script = `
    require(${JSON.stringify(join(__dirname, '../ssh/children/typescript.js'))});
    const { loadModules } = require(${JSON.stringify(join(__dirname, '../../../src/provision/modules.ts'))});
    loadModules(${JSON.stringify(paths)}).then(
      ({ provisioners, hooks }) => [provisioners.map((each) => each.name), hooks.map((each) => Object.keys(each))],
      ({ code, message }) => ({ code, message }),
    ).then((answer) => console.log(JSON.stringify(answer)));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

test('a module of a user is an ES module or CommonJS', () => {
  const modules = [
    file('es.mjs', `export const provisioner = ${PROVISIONER};`),
    file('whole.mjs', 'export default { hooks: { before: () => {} } };'),
    file('common.cjs', `module.exports = { provisioners: [${PROVISIONER}], hooks: [{ after() {} }] };`),
  ];
  expect(load(...modules)).toEqual([
    ['nixos', 'nixos'],
    [['before'], ['after']],
  ]);
});

test.each([
  ['syntax.mjs', 'export const', 'it cannot be loaded'],
  ['empty.mjs', 'export {};', 'it exports neither provisioner, provisioners nor hooks'],
  ['half.mjs', 'export const provisioner = { name: "x" };', 'a provisioner has name, detects() and steps()'],
  ['word.cjs', 'exports.hooks = { before: "x" };', 'hooks are functions: before, after'],
])('%s is refused, with why', (name, text, why) => {
  const path = file(name, text);
  expect(load(path)).toEqual({
    code: 'ERR_PROVISIONER',
    message: expect.stringContaining(`The provisioner ${path} is of no use: ${why}`) as string,
  });
});
