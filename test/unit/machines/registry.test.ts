import { z } from 'zod';

import type { DriverContext, DriverDefinition, Health } from '../../../src/drivers/driver';
import { HvError } from '../../../src/errors';
import { Registry } from '../../../src/drivers/registry';
import type { Properties } from '../../../src/resources/resource';

const context: DriverContext = {
  home: { path: '/nowhere', id: '00000000' },
  env: {},
  warn: (message) => {
    throw new Error(message);
  },
};

function definition(name: string, fields: Partial<DriverDefinition> & { is?: Partial<Health> } = {}): DriverDefinition {
  const { is, ...rest } = fields;
  return {
    contract: 1,
    name,
    aliases: [],
    platforms: [process.platform],
    priority: 1,
    capabilities: { pause: true, console: true, shares: true, publish: true, autostart: true, leases: true },
    options: z.strictObject({}),
    health: () => Promise.resolve({ installed: true, healthy: true, ...is }),
    create: () => {
      throw new Error('none is asked for');
    },
    ...rest,
  };
}

function refusalOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => {
      throw new HvError({ code: 'ERR_TEST', message: 'it was not refused' });
    },
    (error: unknown) => error,
  );
}

test('the driver of this package is found by its name and by those of docker-machine', async () => {
  const registry = new Registry(undefined, 'linux');
  for (const name of ['kvm', 'kvm2', 'qemu', 'libvirt']) expect((await registry.get(name)).name).toBe('kvm');
  const [kvm] = registry.all();
  // What is known of it before it is loaded is what it says of itself.
  const { name, aliases, platforms, priority } = kvm!;
  expect({ name, aliases, platforms, priority }).toEqual({
    name: 'kvm',
    aliases: ['kvm2', 'qemu', 'libvirt'],
    platforms: ['linux'],
    priority: 100,
  });
});

test('the driver of Macs, by its name and by what it runs', async () => {
  const registry = new Registry(undefined, 'darwin');
  for (const name of ['xhyve', 'hyperkit']) expect((await registry.get(name)).name).toBe('xhyve');
  const [xhyve, ...others] = registry.all();
  expect(others.map((each) => [each.name, each.priority])).toEqual([
    ['generic', 0],
    ['none', 0],
  ]);
  const { name, aliases, platforms, priority } = xhyve!;
  expect({ name, aliases, platforms, priority }).toEqual({
    name: 'xhyve',
    aliases: ['hyperkit'],
    platforms: ['darwin'],
    priority: 50,
  });
});

test('one that there is not, in the words of docker-machine', async () => {
  expect(await refusalOf(new Registry(undefined, 'linux').get('vmware'))).toMatchObject({
    code: 'ERR_NO_DRIVER',
    message:
      'Driver "vmware" not found. Do you have the plugin binary "docker-machine-driver-vmware" accessible in your PATH?',
    hint: 'There is: kvm (also called kvm2, qemu, libvirt); generic; none.',
  });
});

test('one that docker-machine had in itself: its program is the one that is looked for', async () => {
  expect(await refusalOf(new Registry(undefined, 'linux').get('virtualbox'))).toMatchObject({
    code: 'ERR_NO_DRIVER',
    hint: expect.stringMatching(/^ln -s \S+ \S+\/docker-machine-driver-virtualbox, /) as string,
  });
});

test('one of another system', async () => {
  expect(await refusalOf(new Registry(undefined, 'darwin').get('qemu'))).toMatchObject({
    code: 'ERR_DRIVER_PLATFORM',
    message: 'The driver "kvm" works on linux and not on darwin',
    hint: 'There is: xhyve (also called hyperkit); generic; none.',
  });
  expect(await refusalOf(new Registry(undefined, 'linux').get('xhyve'))).toMatchObject({
    code: 'ERR_DRIVER_PLATFORM',
    message: 'The driver "xhyve" works on darwin and not on linux',
    hint: 'There is: kvm (also called kvm2, qemu, libvirt); generic; none.',
  });
});

test('whether it works is asked with the options that the machine is asked for with', async () => {
  const picky = {
    ...definition('picky'),
    health: (_: unknown, { way }: Properties = {}) =>
      Promise.resolve({ installed: true, healthy: way === 'other', reason: 'not this way' }),
  };
  const registry = new Registry([picky]);
  await expect(registry.preferred(context)).rejects.toMatchObject({ code: 'ERR_DRIVER_UNHEALTHY' });
  expect(await registry.preferred(context, () => Promise.resolve({ way: 'other' }))).toBe(picky);
});

test('preferred is the healthy one with the highest priority', async () => {
  const ill = definition('ill', { priority: 9, is: { healthy: false, reason: 'no daemon', fix: 'start one' } });
  const low = definition('low', { priority: 1 });
  const high = definition('high', { priority: 5 });
  expect((await new Registry([low, ill, high]).preferred(context)).name).toBe('high');
  await expect(new Registry([ill]).preferred(context)).rejects.toMatchObject({
    code: 'ERR_DRIVER_UNHEALTHY',
    message: 'The driver "ill" does not work here: no daemon',
    hint: 'start one',
  });
  // One that is only for who names it.
  const named = definition('named', { priority: 0 });
  await expect(new Registry([ill, named]).preferred(context)).rejects.toMatchObject({ code: 'ERR_DRIVER_UNHEALTHY' });
  expect(await new Registry([ill, named]).get('named')).toBe(named);
  await expect(new Registry([]).preferred(context)).rejects.toMatchObject({ code: 'ERR_DRIVER_PLATFORM' });
});
