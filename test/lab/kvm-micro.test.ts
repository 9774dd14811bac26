import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BootImage } from '../../src/images/image';
import { virtualization } from '../../src/native/hyperkit';
import { Actor, MEMBER, microImage, STRANGER, type Identity } from './actor';
import { scratch } from './machine';
import { traces } from './traces';

/** A guest of software takes its time where others are at work. */
const LONG = 300_000;
const embed = { options: { uri: 'embed' } };

const CASES: [string, Identity | undefined, string, object][] = [
  ['system, as root', undefined, 'nat', {}],
  ['system, as root', undefined, 'user', {}],
  ['system, as a member of group libvirt', MEMBER, 'nat', {}],
  ['session', STRANGER, 'user', {}],
  ['embed, as root', undefined, 'user', embed],
  ['embed, as an ordinary user', STRANGER, 'user', embed],
];

test.each(CASES)(
  '%s: logged in to, switched off and on again, and gone (%#)',
  async (_, identity, mode, more) => {
    await using actor = new Actor(identity ? { identity } : {});
    const name = 'dev';
    await actor.make(name, { network: { mode }, ...more }, microImage());
    await actor.ask('start', { name });
    const address = await actor.where(name);
    expect(await actor.ask('login', { name, lines: ['hostname', 'sudo id -u', 'echo kept >note'] })).toEqual([
      'dev\n',
      '0\n',
      '',
    ]);

    expect(await actor.ask('logs', { name, follow: false })).toContain('hvkit: ready');
    expect(await actor.ask('console', { name, line: 'echo $((6*7))-there', until: '42-there' })).toContain('42-there');

    // The guest itself goes off: long before the plug would be pulled.
    await actor.ask('watch', { name });
    await actor.ask('stop', { name, graceMs: 60_000 });
    expect(await actor.ask('until', { name, state: 'Stopped' })).toContainEqual(
      expect.objectContaining({ state: 'Stopped', detail: 'shutdown by the guest' }),
    );
    expect(await actor.ask('states', { names: [name] })).toEqual([{ state: 'Stopped' }]);

    await actor.ask('start', { name });
    expect(await actor.where(name)).toEqual(address);
    // The guest's second boot is the same everywhere: only how it is reached again differs.
    if (identity !== MEMBER) {
      expect(await actor.ask('login', { name, lines: ['cat note'] })).toEqual(['kept\n']);
    }
    await actor.ask('remove', { name });
    // libvirt keeps a log of its own, which is root's.
    const isLeft = (trace: string): boolean => identity !== MEMBER || !trace.endsWith('.log');
    expect(traces(actor.home).filter(isLeft)).toEqual([]);
  },
  LONG,
);

test('folders of the host: written, read only, with spaces in their names, and there again after a restart', async () => {
  await using actor = new Actor();
  const top = scratch();
  const shared = join(top, 'a folder');
  const fixed = join(top, 'fixed');
  for (const folder of [shared, fixed]) {
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, 'greeting'), 'hello\n');
  }
  const name = 'dev';
  const shares = [
    { host: shared, guest: '/srv/my data' },
    { host: fixed, guest: '/srv/fixed', readOnly: true },
  ];
  await actor.make(name, { network: { mode: 'nat' }, shares }, microImage());
  await actor.ask('start', { name });
  const lines = ["cat '/srv/my data/greeting' /srv/fixed/greeting", "echo $((6*7)) >'/srv/my data/answer'"];
  expect(await actor.ask('login', { name, lines })).toEqual(['hello\nhello\n', '']);
  expect(readFileSync(join(shared, 'answer'), 'utf8')).toBe('42\n');
  await expect(actor.ask('login', { name, lines: ['sudo touch /srv/fixed/no'] })).rejects.toMatchObject({
    message: expect.stringContaining('Read-only') as string,
  });

  await actor.ask('restart', { name, graceMs: 60_000 });
  expect(await actor.ask('login', { name, lines: ["cat '/srv/my data/answer'"] })).toEqual(['42\n']);
  await actor.ask('remove', { name });
  expect(readdirSync(shared).sort()).toEqual(['answer', 'greeting']);
  expect(traces(actor.home)).toEqual([]);
});

test('the processor runs the guest where it really can; otherwise software does, which is said', async () => {
  const { usable, detail } = await virtualization();
  await using actor = new Actor();
  expect((await actor.make('dev', {}, microImage())).plan).toMatchObject({ accel: usable ? 'kvm' : 'tcg' });
  expect(await actor.ask('warnings')).toEqual(usable ? [] : [expect.stringContaining(detail)]);
  await actor.ask('remove', { name: 'dev' });
});

test('ports are published without a word on the network', async () => {
  await using actor = new Actor();
  const publish = [{ host: 8080, guest: 80, protocol: 'tcp' }];
  expect((await actor.make('dev', { publish }, microImage())).plan).toMatchObject({ network: { mode: 'user' } });
  await actor.ask('remove', { name: 'dev' });
});

test.each<[string, Identity | undefined, object, string]>([
  ['a folder that is not there', undefined, { shares: [{ host: '/nowhere', guest: '/x' }] }, 'ERR_KVM_SHARE'],
  ['a file', undefined, { shares: [{ host: '/etc/passwd', guest: '/x' }] }, 'ERR_KVM_SHARE'],
  ['user data that is no script', undefined, { userData: '#cloud-config\n' }, 'ERR_USER_DATA'],
  ['a share in a session', STRANGER, { shares: [{ host: '/srv', guest: '/x' }] }, 'ERR_KVM_SHARE'],
  ['KVM for a session that may not open it', STRANGER, { accel: 'kvm' }, 'ERR_KVM_ACCELERATION'],
])('%s: refused, with what to do, before anything is made', async (_, identity, spec, code) => {
  await using actor = new Actor(identity ? { identity } : {});
  await expect(actor.make('dev', spec, microImage())).rejects.toMatchObject({
    code,
    hint: expect.stringMatching(/./) as string,
  });
  expect(readdirSync(actor.home.path)).toEqual([]);
});

test('folders reach a guest by what its kernel has, and are refused where libvirt has another way only', async () => {
  const shares = [{ host: '/srv', guest: '/x' }];
  const both = microImage('x86_64-9p');
  const planned = async (image: BootImage, identity?: Identity): Promise<unknown> => {
    await using actor = new Actor(identity ? { identity } : {});
    const plan = actor.ask<{ shares: unknown }>('plan', { name: 'dev', uuid: randomUUID(), spec: { shares }, image });
    return await plan.then(
      (each) => each.shares,
      (error: unknown) => (error as Error).message,
    );
  };
  expect(await planned(both)).toBe('virtiofs');
  expect(await planned(both, STRANGER)).toBe('9p');

  const path = join(mkdtempSync('/var/lib/libvirt/image-'), 'initrd');
  const initrd = readFileSync(both.initrd?.path ?? '');
  for (let at; (at = initrd.indexOf('/virtiofs.ko')) !== -1;) initrd[at + 1] = 0x5f;
  writeFileSync(path, initrd);
  const only9p = { ...both, initrd: { path, sha256: createHash('sha256').update(initrd).digest('hex') } };
  expect(await planned(only9p)).toContain('has 9p only, and the libvirt of qemu:///system shares folders by virtiofs');
});
