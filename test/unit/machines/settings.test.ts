import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { kvm } from '../../../src/drivers/kvm';
import { Registry } from '../../../src/drivers/registry';
import { HomeFolder } from '../../../src/machines/home';
import { HomeSettings } from '../../../src/machines/home-settings';
import { Folder } from '../../support/folder';

interface Scene {
  settings: HomeSettings;
  /** Of config.yaml. */
  path: string;
  text: () => string;
  write: (text: string) => void;
  env: NodeJS.ProcessEnv;
}

async function withSettings(use: (scene: Scene) => Promise<void>): Promise<void> {
  using folder = new Folder();
  const home = new HomeFolder(join(folder.path, 'home'));
  const env: NodeJS.ProcessEnv = {};
  await home.prepare();
  await use({
    settings: new HomeSettings(home, new Registry([kvm]), env),
    path: home.config,
    text: () => readFileSync(home.config, 'utf8'),
    write: (text) => {
      writeFileSync(home.config, text);
    },
    env,
  });
}

test('without a file there are the defaults, and no file is made', () =>
  withSettings(async ({ settings, path }) => {
    expect(await settings.get('cpus')).toBe(2);
    expect(await settings.get('image')).toBeUndefined();
    expect(await settings.get('kvm.cacheMode')).toBe('default');
    expect(await settings.defaults()).toEqual({
      cpus: 2,
      memory: 1024,
      disk: 20 * 2 ** 30,
      accel: 'auto',
      autostart: false,
      provisioners: [],
      timeout: 300,
    });
    expect(await settings.driverDefaults(kvm)).toEqual({});
    await settings.unset('memory');
    expect(existsSync(path)).toBe(false);
  }));

test('what is set is kept as it is written, and read as it is meant', () =>
  withSettings(async ({ settings, path, text }) => {
    await settings.set('memory', '2G');
    await settings.set('cpus', '4');
    await settings.set('autostart', 'yes');
    await settings.set('network', 'nat:10.9.8.0/24');
    await settings.set('kvm.memory', 700);
    await settings.set('kvm.cacheMode', 'none');
    expect(text().split('\n').slice(1)).toEqual([
      'schema: 1',
      'memory: 2G',
      'cpus: 4',
      'autostart: true',
      'network: nat:10.9.8.0/24',
      'kvm:',
      '  memory: 700',
      '  cacheMode: none',
      '',
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await settings.get('memory')).toBe('2G');
    expect(await settings.defaults()).toMatchObject({
      memory: 2048,
      cpus: 4,
      autostart: true,
      network: { mode: 'nat', subnet: '10.9.8.0/24' },
    });
    expect(await settings.driverDefaults(kvm)).toEqual({ memory: 700, cacheMode: 'none' });

    for (const key of ['kvm.memory', 'kvm.cacheMode', 'cpus']) await settings.unset(key);
    expect(text()).not.toMatch(/kvm|cpus/);
    expect(await settings.get('cpus')).toBe(2);
  }));

test('the environment stands before the file', () =>
  withSettings(async ({ settings, write, env }) => {
    write('cpus: 4\nmemory: 2048\ndriver: kvm\nkvm: {cacheMode: none, uri: "qemu:///system"}\n');
    Object.assign(env, { HVKIT_CPUS: '8', MACHINE_DRIVER: 'qemu', KVM_CACHE_MODE: 'unsafe', HVKIT_DISK: '' });
    const found = new Map((await settings.list()).map(({ key, value, source }) => [key, [value, source]]));
    expect(Object.fromEntries(found)).toMatchObject({
      cpus: [8, '$HVKIT_CPUS'],
      memory: ['2048', 'config.yaml'],
      disk: ['20G', 'default'],
      image: [undefined, 'default'],
      driver: ['qemu', '$MACHINE_DRIVER'],
      'kvm.cacheMode': ['unsafe', '$KVM_CACHE_MODE'],
      'kvm.uri': ['qemu:///system', 'config.yaml'],
      'kvm.ioMode': [undefined, 'default'],
    });
    env['HVKIT_DRIVER'] = 'libvirt';
    expect(await settings.defaults()).toMatchObject({ cpus: 8, memory: 2048, driver: 'libvirt' });
    expect(await settings.driverDefaults(kvm)).toEqual({ cacheMode: 'unsafe', uri: 'qemu:///system' });
  }));

test('comments and order stay, and so does a link', () =>
  withSettings(async ({ settings, path, write, text }) => {
    const real = join(path, '..', 'kept in git.yaml');
    writeFileSync(real, '# mine\n\n# few\ncpus: 4 # enough\nmemory: 2G\n# cache\nkvm:\n  # fast\n  cacheMode: none\n');
    symlinkSync(real, path);
    await settings.set('cpus', 8);
    await settings.set('kvm.ioMode', 'native');
    await settings.unset('memory');
    expect(text()).toBe(
      '# mine\n\n# few\ncpus: 8 # enough\n# cache\nkvm:\n  # fast\n  cacheMode: none\n  ioMode: native\n',
    );
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    write('');
    expect(await settings.get('cpus')).toBe(2);
  }));

test.each([
  ['', '', 'There is no setting ""'],
  ['memroy', '2G', 'There is no setting "memroy"', 'memory'],
  ['kvm.cache-mode', 'none', 'There is no setting "kvm.cache-mode"', 'kvm.cacheMode'],
  ['kvm', 'none', 'There is no setting "kvm"'],
  ['kvm.', 'none', 'There is no setting "kvm."'],
  ['__proto__.x', 'none', 'There is no setting "__proto__.x"'],
  ['schema', '2', 'There is no setting "schema"'],
  ['cpus', 'four', 'cpus: "four" is no number of processors'],
  ['cpus', '4x', 'cpus: "4x" is no number of processors'],
  ['memory', '1M', 'memory: "1M" is no amount of memory'],
  ['disk', 'big', 'disk: "big" is not a size'],
  ['accel', 'KVM', 'accel: "KVM" is no acceleration'],
  ['autostart', 'perhaps', 'autostart: "perhaps" is neither true nor false'],
  ['network', 'nat:1.2.3.4/33', 'network: A network cannot have the subnet'],
  ['timeout', '0', 'timeout: 0 is not a whole number of seconds'],
  ['kvm.cacheMode', 'fast', 'kvm.cacheMode: "fast" is not what it takes'],
  ['kvm.memory', 'x', 'kvm.memory: "x" is not what it takes'],
])('setting %s to %s is refused, and nothing is written', (key, value, message, hint = '') =>
  withSettings(async ({ settings, path }) => {
    await expect(settings.set(key, value)).rejects.toMatchObject({
      code: 'ERR_SETTING',
      message: expect.stringContaining(message) as string,
      hint: expect.stringContaining(hint) as string,
    });
    expect(existsSync(path)).toBe(false);
  }),
);

test('what the environment says wrongly is an error that names the variable', () =>
  withSettings(async ({ settings, env }) => {
    env['HVKIT_CPUS'] = 'many';
    await expect(settings.defaults()).rejects.toMatchObject({
      code: 'ERR_SETTING',
      message: '$HVKIT_CPUS: "many" is no number of processors: it is a whole number from 1 to 512',
    });
  }));

test.each([
  ['cpus: [1', 'ERR_SETTINGS_FILE'],
  ['cpus: 1\ncpus: 2', 'ERR_SETTINGS_FILE'],
  ['- cpus', 'ERR_SETTINGS_FILE'],
  ['just words', 'ERR_SETTINGS_FILE'],
  ['cpus: 1\n---\ncpus: 2', 'ERR_SETTINGS_FILE'],
  ['cpus: *none', 'ERR_SETTINGS_FILE'],
  ['schema: 2\nnewer: true', 'ERR_SETTINGS_FILE'],
  ['schema: old', 'ERR_SETTINGS_FILE'],
  ['['.repeat(1000), 'ERR_SETTINGS_FILE'],
  ['{'.repeat(1000), 'ERR_SETTINGS_FILE'],
  ['- '.repeat(1000), 'ERR_SETTINGS_FILE'],
  [Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'ERR_SETTINGS_FILE'],
  [`# ${'x'.repeat(100_000)}`, 'ERR_SETTINGS_FILE'],
  [
    `a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`,
    'ERR_SETTINGS_FILE',
  ],
  ['\u0000', 'ERR_SETTINGS_FILE'],
  ['memroy: 2G', 'ERR_SETTING'],
  ['kmv:\n  uri: x', 'ERR_SETTING'],
  ['kvm: none', 'ERR_SETTING'],
  ['kvm:\n  cachemode: none', 'ERR_SETTING'],
  ['cpus: many', 'ERR_SETTING'],
  ['cpus: .inf', 'ERR_SETTING'],
  ['memory: {a: 1}', 'ERR_SETTING'],
  ['__proto__: {cpus: 3}', 'ERR_SETTING'],
])('the file %j is an error that names it, and stays as it is', (text, code) =>
  withSettings(async ({ settings, path, write, text: now }) => {
    write(text);
    const list = settings.list();
    await expect(list).rejects.toMatchObject({ code, message: expect.stringContaining(path) as string });
    if (code === 'ERR_SETTINGS_FILE') await expect(settings.set('cpus', 3)).rejects.toMatchObject({ code });
    expect(now()).toBe(text);
  }),
);

test('a section that holds only a comment is filled, and keeps it', () =>
  withSettings(async ({ settings, write, text }) => {
    write('kvm:\n  # to be settled\ncpus: 3\n');
    await settings.set('kvm.ioMode', 'native');
    expect(text()).toBe('kvm:\n  # to be settled\n  ioMode: native\ncpus: 3\n');
  }));

test('a setting that there is not can be taken out of the file', () =>
  withSettings(async ({ settings, write, text }) => {
    write('memroy: 2G\nkvm:\n  cachemode: none\ncpus: 3\n');
    await settings.unset('memroy');
    await settings.unset('kvm.cachemode');
    expect(text()).toBe('cpus: 3\n');
    await expect(settings.unset('memroy')).rejects.toMatchObject({ code: 'ERR_SETTING' });
  }));

test('a file that may not be read is an error, and no defaults', () =>
  withSettings(async ({ settings, path }) => {
    execFileSync('mkdir', [path]);
    await expect(settings.defaults()).rejects.toMatchObject({
      code: 'ERR_SETTINGS_FILE',
      message: expect.stringMatching(/EISDIR/) as string,
    });
  }));

test('of many who set something at once, none is forgotten', () =>
  withSettings(async ({ settings }) => {
    const wanted = { cpus: 3, memory: '3G', disk: '30G', accel: 'tcg', timeout: 60, image: 'debian' };
    await Promise.all(Object.entries(wanted).map(([key, value]) => settings.set(key, value)));
    for (const [key, value] of Object.entries(wanted)) expect(await settings.get(key)).toBe(value);
  }));
