import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { kvm } from '../../src/drivers/kvm';
import { Registry } from '../../src/drivers/registry';
import { HvError } from '../../src/errors';
import { HomeFolder } from '../../src/machines/home';
import { HomeSettings } from '../../src/machines/home-settings';
import { parseMachineFile } from '../../src/machines/store';
import { Folder } from './folder';
import { mutate, randomOf } from './mutate';
import { recordOf } from './record';

/** What became of so many texts. */
export interface Outcome {
  taken: number;
  refused: number;
  /** Of those where something happened that must not: what it was, and of which text. */
  wrong: string[];
}

const JSON_WORDS = [
  'null',
  '[]',
  '{}',
  '"x"',
  '-1',
  '1e999',
  '99',
  'true',
  '"__proto__":1,',
  '"schema":2,',
  '\\u0000',
  '"',
  ':',
  ',',
];
const YAML_WORDS = [
  'null',
  '[',
  '{',
  '- ',
  '? ',
  ': ',
  '&a ',
  '*a ',
  '!!js ',
  '---\n',
  '"',
  "'",
  '|\n',
  '>\n',
  '\t',
  '#',
  '<<: ',
  '.inf',
  '1e999',
  '\n  ',
  'cpus: ',
  'kvm:\n',
  'schema: 2\n',
  '%TAG ! x\n',
  '__proto__: ',
];

const MACHINE = JSON.stringify(
  recordOf('dev', {
    uuid: '5f0c9c1e-8a3b-4c55-9d6f-1f1a1d2c3b4a',
    address: { host: '127.0.0.1', sshPort: 2222, guest: '10.0.2.15' },
    resources: { disk: { kind: 'disk', state: 'ready', properties: { path: '/x', size: 1, more: [null, true] } } },
  }),
  undefined,
  2,
);

const SETTINGS = `# Defaults
schema: 1
cpus: 4 # enough
memory: 2G
disk: "30G"
autostart: true
network: nat:10.9.8.0/24
kvm:
  # fast
  cacheMode: none
  uri: 'qemu:///system'
`;

/** A machine's file is what a whole record says, or it is refused by its code. */
export function fuzzMachineFile(seed: number, count: number): Outcome {
  const random = randomOf(seed);
  const outcome: Outcome = { taken: 0, refused: 0, wrong: [] };
  for (let index = 0; index < count; index += 1) {
    const text = mutate(MACHINE, random, JSON_WORDS);
    try {
      const record = parseMachineFile('machine.json', 'dev', text);
      const again = parseMachineFile('machine.json', 'dev', JSON.stringify(record));
      if (JSON.stringify(again) !== JSON.stringify(record)) outcome.wrong.push(`read differently again: ${text}`);
      outcome.taken += 1;
    } catch (error) {
      if (HvError.is(error) && error.code === 'ERR_MACHINE_FILE') outcome.refused += 1;
      else outcome.wrong.push(`${String(error)}: ${text}`);
    }
  }
  return outcome;
}

/** Settings are read and changed, or refused by their codes; then the file is what it was. */
export async function fuzzSettings(seed: number, count: number): Promise<Outcome> {
  using folder = new Folder();
  const home = new HomeFolder(join(folder.path, 'home'));
  mkdirSync(home.path);
  const settings = new HomeSettings(home, new Registry([kvm]), {});
  const random = randomOf(seed);
  const outcome: Outcome = { taken: 0, refused: 0, wrong: [] };
  for (let index = 0; index < count; index += 1) {
    const text = mutate(SETTINGS, random, YAML_WORDS);
    writeFileSync(home.config, text);
    let written = readFileSync(home.config);
    try {
      await settings.list();
      await settings.set('timeout', 77);
      written = readFileSync(home.config);
      await settings.set('kvm.ioMode', 'native');
      await settings.defaults();
      const kept = JSON.stringify([await settings.get('timeout'), await settings.get('kvm.ioMode')]);
      if (kept !== '[77,"native"]') outcome.wrong.push(`set, and not there (${kept}): ${text}`);
      outcome.taken += 1;
    } catch (error) {
      const isRefused = HvError.is(error) && ['ERR_SETTING', 'ERR_SETTINGS_FILE'].includes(error.code);
      if (!isRefused) outcome.wrong.push(`${String(error)}: ${text}`);
      else if (!readFileSync(home.config).equals(written)) outcome.wrong.push(`refused, and changed: ${text}`);
      outcome.refused += 1;
    }
  }
  return outcome;
}
